"""Hostile values: what a browser never sends, and somebody with a keyboard does."""

from collections.abc import Sequence

#: Stands in every value that could end up on a page; unescaped there, it is found.
MARK = "<fuzz-mark>"
#: The same for the inside of an attribute.
QUOTED = "\"onfocus='fuzz-mark'"

NUMBERS = (
    "-1", "-0", "0", "1.5", "9" * 18, "9" * 19, str(2**63), str(-(2**63) - 1), str(2**31), "9" * 25,
    "9" * 5000, "0" * 5000 + "1", "1e1000000", "-1e1000000", "1E+999999999", "1e-1000000", "1_000",
    "NaN", "sNaN", "-Infinity", "Infinity", "1e400", "0x10", "٣", "²", "1,234.50", "1.0e5",
    "." * 5000, "-" * 5000, "999999999999999.99", "0.00000000000000000001", "+5", " 7 ", "7\n",
    "1e13.5", "1.5e1000000", "-1.5E+99999", "9" * 18 + ".5", "9" * 13, "-" + "9" * 18, "1e17", "1e-17", "1,,,,,,.5", "$" * 300 + "1.5",
)  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "a\udfffb", "\ufeff", "\u202e" + "abc", "e\u0301" * 50,
    MARK, f'"{MARK}', f"'\"><script>{MARK}", QUOTED, "%", "_", "\\", "%' OR 1=1 --", "';--", "%s %d",
    "{0.__class__}", "{{ 7|add:7 }}", "{% debug %}", "\r\nSet-Cookie: a=b", "\t", "\x1b[31m", "~", "~~",
    "~5", "5~", "x" * 5000, "x" * 200_000, "é" * 3000, "a b " * 2000, "(" * 3000, "[" * 3000,
    "None", "null", "undefined", "true", "[object Object]", "../../etc/passwd", "a@" + "b" * 3000,
    "a" * 64 + "@" + "b." * 200 + "c", "=1+1", "on", "\x7f", "\x85", "İ" * 100, "ﬀ" * 100,
)  # fmt: skip
DAYS = (
    "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30", "2026-13-01", "-2026-01-01",
    "2026-01-01T00:00:00Z", "2026-W01-1", "20260101", "26-1-1", "99999999999-01-01", "\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661",
    "25:61", "24:00", "00:00:00.0000000", "0001-01-01~5", "9999-12-31~5", "2026-01-01~" + "9" * 18,
    "2026-01-01~" + "9" * 30, "2026-02-30~5", "9" * 18 + "~" + "9" * 18,
)  # fmt: skip
PLACES = (
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "http://evil.example",
    "https:evil.example", "http:///evil.example", "javascript:fuzz()", "data:text/html,x",
    "/%0d%0aLocation:%20//evil.example", "/\r\nLocation: //evil.example", "/\t/evil.example",
    "\t//evil.example", " //evil.example", "/..//evil.example", "/./\\evil.example", "http://[",
    "//[::1", "/w/" + "x" * 5000, "/\0", "?a=b", "#", "relative", "/ok?next=//evil.example", "@evil",
    "http:evil.example", "//testserver@evil.example", "http://testserver.evil.example", "/\ud800",
)  # fmt: skip
HOSTILE: Sequence[str] = (*NUMBERS, *TEXTS, *DAYS, *PLACES)

FILE_NAMES = (
    "", "\0.csv", "a\0.csv", "../../etc/passwd", "..", ".", "/", "C:\\x\\..\\y.csv", "x" * 5000 + ".csv",
    f"{MARK}.csv", f'"{MARK}.csv', "\r\nX: y.csv", "\ud800.csv", "é" * 300 + ".gz", "a.csv.gz", "=1+1.csv",
    "CON", "a" * 255, " ", "\u202egpj.csv",
)  # fmt: skip
#: Contents of uploads; what becomes of a file's rows is tried with the imports.
CONTENTS = (
    b"",
    b"\0" * 100,
    b"\x1f\x8b",
    b"number,party_name\n1,x\n",
    b'"' * 3000,
    b"\xff\xfe\0a",
    b"," * 5000,
)

HEADERS: Sequence[tuple[str, str]] = (
    *(("HTTP_HOST", host) for host in ("evil.example", "a b", "", "testserver:99999999", "[::1", "x" * 5000, "testserver.")),
    *(("HTTP_ACCEPT_LANGUAGE", text) for text in ("x" * 5000, "en;q=" + "9" * 5000, "en," * 3000, "é;q=1e99")),
    *(("HTTP_ACCEPT_ENCODING", text) for text in ("gzip;q=NaN", "*" * 5000)),
    *(("HTTP_COOKIE", text) for text in (
        "tallystick_theme=\"</style><fuzz-mark>", "tallystick_csrf=" + "x" * 5000, "messages=[[\"__json_message\",0,25,\"x\"]]",
        "messages=\"\\000\"", "tallystick_xero=\xff", "=;;;=", "tallystick_session=" + "9" * 5000, "tallystick_session=\"a\\000b\"",
        "django_language=\"\\377\"", "a=b;" * 2000,
    )),
    *(("HTTP_HX_REQUEST", text) for text in ("true", "1")),
    *(("HTTP_HX_CURRENT_URL", text) for text in ("http://[", "//evil.example", "javascript:x", "http://testserver/?q=" + "x" * 5000)),
    *(("HTTP_HX_CURRENT_URL_URI_AUTOENCODED", text) for text in ("true")),
    *(("HTTP_HX_TRIGGERING_EVENT", text) for text in ("{", "[" * 5000, '{"a":1e1000000}', "9" * 5000)),
    *(("HTTP_HX_PROMPT", text) for text in ("x" * 5000)),
    *(("HTTP_REFERER", text) for text in ("http://[", "//evil.example", "x" * 5000)),
    *(("HTTP_ORIGIN", text) for text in ("null", "http://[")),
    *(("HTTP_X_FORWARDED_PROTO", text) for text in ("https", "https, http")),
    *(("HTTP_X_FORWARDED_FOR", text) for text in ("999.1.1.1", "x" * 5000, "1.1.1.1, " * 2000, "::1%eth0")),
    *(("HTTP_X_FORWARDED_HOST", text) for text in ("evil.example")),
    *(("HTTP_IF_MODIFIED_SINCE", text) for text in ("Fri, 32 Foo 99999 99:99:99 GMT", "9" * 5000)),
    *(("HTTP_IF_NONE_MATCH", text) for text in ("W/", '"' * 5000)),
    *(("HTTP_RANGE", text) for text in ("bytes=9-1", "bytes=" + "9" * 5000 + "-")),
    *(("HTTP_X_CSRFTOKEN", text) for text in ("x" * 64, "é" * 32)),
    *(("CONTENT_LENGTH", text) for text in ("-5", "9" * 18, "x")),
    *(("REMOTE_ADDR", text) for text in ("", "::1%eth0", "x" * 5000)),
    ("HTTP_X_HTTP_METHOD_OVERRIDE", "DELETE"),
    ("HTTP_AUTHORIZATION", "Basic %00"),
    ("HTTP_TRANSFER_ENCODING", "chunked"),
)  # fmt: skip

#: Bodies with their types, whatever the form.
BODIES: Sequence[tuple[str, bytes]] = (
    ("application/json", b'{"act": "cancel", "id": [1, {"a": 1e1000000}]}'),
    ("application/json", b"[" * 5000),
    ("text/plain", b"\0" * 1000),
    ("", b"act=cancel"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"act=+AGE-&id=1"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"act=x"),
    ("application/x-www-form-urlencoded; charset=idna", b"act=\xff"),
    ("application/x-www-form-urlencoded; charset=zlib", b"act=%00"),
    ("application/x-www-form-urlencoded", b"act=%ff%fe&id=%00&%00=%00&next=%"),
    ("application/x-www-form-urlencoded", b"&".join(b"id=%d" % n for n in range(12_000))),
    ("application/x-www-form-urlencoded", b"act=" + b"x" * 3_000_000),
    ("application/x-www-form-urlencoded", b"lines-TOTAL_FORMS=" + b"9" * 5000 + b"&lines-INITIAL_FORMS=-1"),
    ("application/x-www-form-urlencoded", b"lines-TOTAL_FORMS=1e1000000&lines-INITIAL_FORMS=NaN"),
    ("multipart/form-data", b"--x\r\n\r\n"),
    ("multipart/form-data; boundary=", b"----\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\r\n\r\ny\r\n--x--"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\0\"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--"),
    ("multipart/form-data; boundary=x", b"--x\r\n" + b"X: y\r\n" * 3000 + b"\r\n\r\n--x--"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n"),
    ("multipart/form-data; boundary=x; charset=\xff", b"--x--"),
)  # fmt: skip
