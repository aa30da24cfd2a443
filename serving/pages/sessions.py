"""Sessions: a signed cookie that names the key somebody has signed in with, and nothing else.

The key itself is read from the store at every request, so that a revoked one ends its sessions.
"""

from itsdangerous import BadSignature, TimestampSigner
from starlette.requests import cookie_parser
from starlette.responses import Response

from serving.store.keys import Key, Keys
from serving.store.vault import Vault

COOKIE, SECURE_COOKIE = "session", "__Host-session"
LONGEST = 12 * 3600
"""Seconds after which somebody signs in again."""


class Sessions:
    """The sessions of a store: every process of it knows them."""

    def __init__(self, keys: Keys, vault: Vault) -> None:
        self._keys = keys
        self._signer = TimestampSigner(vault.hmac(b"cookie", "session"), salt="session")

    def start(self, response: Response, key: Key, is_secure: bool) -> None:
        """Lets an answer set the cookie; `is_secure`: over https."""
        response.set_cookie(
            SECURE_COOKIE if is_secure else COOKIE,
            self._signer.sign(key.id).decode(),
            max_age=LONGEST,
            secure=is_secure,
            httponly=True,
            samesite="strict",
        )

    def end(self, response: Response, is_secure: bool) -> None:
        """Lets an answer remove the cookie."""
        name = SECURE_COOKIE if is_secure else COOKIE
        response.delete_cookie(name, secure=is_secure, httponly=True, samesite="strict")

    def key(self, cookies: str) -> Key | None:
        """Returns the valid key that the header Cookie names."""
        sent = cookie_parser(cookies)
        value = sent.get(SECURE_COOKIE) or sent.get(COOKIE)
        if value is None:
            return None
        try:
            key_id = self._signer.unsign(value, max_age=LONGEST).decode()
        except BadSignature:
            return None
        return self._keys.get(key_id)
