"""Compound files: old workbooks, and the wrapping of new ones that are protected by a password."""

import struct

COMPOUND = b"\xd0\xcf\x11\xe0"  #: What such a file begins with; MS-CFB 2.2.
#: The stream that holds an encrypted workbook; MS-OFFCRYPTO 2.3.4.4.
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
#: The first record of an old workbook (BOF of BIFF8), and the one that says that the others are
#: encrypted; it is among the first. MS-XLS 2.4.21, 2.4.117.
_FIRST_RECORD = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILE_PASS = 0x2F
_RECORD = struct.Struct("<HH")
_RECORDS = 5


def is_encrypted(data: bytes) -> bool:
    """Whether the file needs a password to be read."""
    if _ENCRYPTED_PACKAGE in data:
        return True
    place = data.find(_FIRST_RECORD)
    for _ in range(_RECORDS):
        if place < 0 or place + _RECORD.size > len(data):
            return False
        kind, size = _RECORD.unpack_from(data, place)
        if kind == _FILE_PASS:
            return True
        place += _RECORD.size + size
    return False
