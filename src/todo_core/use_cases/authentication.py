"""Authentication: the bearer token of a request gives the actor."""

import attrs

from todo_core.actors import Actor, ExternalActor, TokenActor
from todo_core.audit import Action
from todo_core.errors import InvalidInput, InvalidToken, NotAuthenticated
from todo_core.identities import ExternalClaims
from todo_core.personal_tokens import is_personal_token, token_digest
from todo_core.ports import Clock, ExternalTokens, Ids, Store
from todo_core.sessions import Client
from todo_core.use_cases.events import UNKNOWN_CLIENT, Events
from todo_core.use_cases.sessions import Sessions
from todo_core.users import Profile, User, UserId, check_display_name


@attrs.frozen
class Authentication:
    """Finds the actor of a bearer token. `external`: reads the tokens of an external issuer, if there is one.

    Whether a session, an identity or a token is still good, the store checks in each of its statements, too.
    """

    store: Store
    clock: Clock
    ids: Ids
    sessions: Sessions
    external: ExternalTokens | None = None

    @property
    def events(self) -> Events:
        """Makes audit events."""
        return Events(self.clock, self.ids)

    async def authenticate(self, token: str, client: Client = UNKNOWN_CLIENT) -> Actor:
        """Return the actor of a bearer token. Raises NotAuthenticated, or Unavailable (store, issuer)."""
        if is_personal_token(token):
            return await self._by_personal_token(token)
        if self.external is not None and self.external.knows(token):
            return await self._by_identity(self.external, token, client)
        try:
            return await self.sessions.authenticate(token)
        except NotAuthenticated:
            if self.external is None:
                raise
            return await self._by_identity(self.external, token, client)

    async def _by_personal_token(self, text: str) -> TokenActor:
        try:
            digest = token_digest(text)
        except InvalidToken:
            raise NotAuthenticated from None
        token = await self.store.personal_token(digest)
        if token is None:
            raise NotAuthenticated
        now = self.clock.now()
        if token.notes_use(now):
            await self.store.note_use(token.id, token.user, now)
        return TokenActor(token.user, token.id, token.scopes)

    async def _by_identity(self, external: ExternalTokens, token: str, client: Client) -> ExternalActor:
        try:
            claims = await external.read(token)
        except InvalidToken:
            raise NotAuthenticated from None
        user = await self.store.user_by_identity(claims) or await self._register(claims, client)
        if user is None:
            raise NotAuthenticated
        return ExternalActor(user, claims.identity, claims.issued_at)

    async def _register(self, claims: ExternalClaims, client: Client) -> UserId | None:
        """Create the account of an identity, unless there is one: the issuer decides who may have one here."""
        user = User(UserId(self.ids.new()), Profile(None, _display_name(claims.name)), self.clock.now())
        event = self.events.new(Action.USER_CREATED, user.id, client)
        return await self.store.register_external(user, claims, event)


def _display_name(name: str | None) -> str | None:
    """Return what the issuer calls the user, if that can be a display name here."""
    try:
        return None if name is None else check_display_name(name)
    except InvalidInput:
        return None
