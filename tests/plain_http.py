"""Requests of tests over plain HTTP, which are many: what each need not do anew."""

import atexit

import httpx2

#: Nothing is verified there; to get ready for it takes longer than the request.
NO_TLS = False

#: Whatever asks the stand-in Xero for something of its own keeps its connections for the next.
plain_http = httpx2.Client(verify=NO_TLS, timeout=60)
atexit.register(plain_http.close)
