"""The web server, and what comes in at its door; needs neither Django nor a database.

Waitress reads whole requests and keeps whole answers without a thread; a thread is taken only to work
one out. Here are the bounds around it: how slow a sender or reader may be, how many connections and
turns one client gets, and who a client is behind a proxy.
"""
