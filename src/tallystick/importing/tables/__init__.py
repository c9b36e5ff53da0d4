"""Bytes in, header and rows of text out: CSV however it was written, and workbooks.

    kinds        what a file is by its first bytes; what is no table is refused in words
    packed       gzip, unpacked on the way
    encodings    which encoding a text is in, decided for the whole file
    lines        the lines of a text, each of bounded length
    delimiters   which mark parts the cells
    records      the records of a CSV
    headers      which record names the columns
    workbooks    XLSX, XLSB, XLS and ODS, read in a process of its own
    table        what all of them make: the header and the rows

Whatever a file holds, the time is in proportion to its bytes and the memory bounded. What concerns
the whole file raises NotATable; what concerns one row is handed on with that row.
"""
