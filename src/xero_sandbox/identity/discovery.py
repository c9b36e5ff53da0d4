"""OpenID discovery: where the endpoints are, and the public key."""

from __future__ import annotations

from xero_sandbox.identity.scopes import OPENID
from xero_sandbox.messages import Response, json_response
from xero_sandbox.routing import Call


def configuration(call: Call) -> Response:
    base = call.request.base_url
    return json_response(
        {
            "issuer": base,
            "jwks_uri": f"{base}/.well-known/openid-configuration/jwks",
            "authorization_endpoint": f"{base}/identity/connect/authorize",
            "token_endpoint": f"{base}/connect/token",
            "revocation_endpoint": f"{base}/connect/revocation",
            "scopes_supported": list(OPENID),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "subject_types_supported": ["public"],
        }
    )


def jwks(call: Call) -> Response:
    return json_response(call.sandbox.key.jwks())
