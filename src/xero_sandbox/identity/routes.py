"""Routes of Xero's login and identity hosts, and of the connections list."""

from xero_sandbox.identity import authorize, connections, discovery, tokens
from xero_sandbox.routing import Route

ROUTES = (
    Route("GET", "/identity/connect/authorize", authorize.show, "identity"),
    Route("POST", "/identity/connect/authorize", authorize.decide, "identity", writes=True),
    Route("POST", "/connect/token", tokens.exchange, "identity", writes=True),
    Route("POST", "/connect/revocation", tokens.revoke, "identity", writes=True),
    Route("GET", "/connections", connections.list_all, "identity"),
    Route("DELETE", "/connections/{id}", connections.delete, "identity", writes=True),
    Route("GET", "/.well-known/openid-configuration", discovery.configuration, "identity"),
    Route("GET", "/.well-known/openid-configuration/jwks", discovery.jwks, "identity"),
)
