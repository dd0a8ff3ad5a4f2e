"""Access tokens of an external issuer such as Better Auth: verified with its public keys or with a shared secret."""

from adapters.external_issuers.keys import SharedSecret
from adapters.external_issuers.remote_keys import RemoteKeys
from adapters.external_issuers.verification import ExternalTokens

__all__ = ["ExternalTokens", "RemoteKeys", "SharedSecret"]
