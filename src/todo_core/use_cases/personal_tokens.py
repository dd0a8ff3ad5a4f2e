"""Making, listing and revoking one's personal access tokens. A token itself cannot do that."""

import datetime as dt
from collections.abc import Sequence

import attrs

from todo_core.actors import AccountHolder
from todo_core.audit import Action, Event
from todo_core.errors import NotFound, QuotaExceeded, Violation, Violations
from todo_core.personal_tokens import (
    ALPHABET,
    DEFAULT_DAYS,
    HINT_LENGTH,
    MAX_TOKENS,
    RANDOM_LENGTH,
    PersonalToken,
    PersonalTokenId,
    Scope,
    check_days,
    check_name,
    check_scopes,
    token_digest,
    token_text,
)
from todo_core.ports import Clock, Ids, Randomness, Store, UnitOfWork
from todo_core.sessions import Client
from todo_core.use_cases.accounts import Accounts, check_password_unchanged
from todo_core.use_cases.events import UNKNOWN_CLIENT, Events


@attrs.frozen
class TokenRequest:
    """A request for a token, unchecked. It is good for `days` from now."""

    name: str
    scopes: Sequence[Scope]
    days: int = DEFAULT_DAYS


@attrs.frozen
class IssuedPersonalToken:
    """A new token, and its text, which is shown only once."""

    token: PersonalToken
    text: str = attrs.field(repr=False)


@attrs.frozen
class PersonalTokens:
    """The use cases of personal access tokens."""

    store: Store
    clock: Clock
    ids: Ids
    randomness: Randomness
    accounts: Accounts

    @property
    def events(self) -> Events:
        """Makes audit events."""
        return Events(self.clock, self.ids)

    async def create(
        self,
        actor: AccountHolder,
        request: TokenRequest,
        current_password: str | None = None,
        client: Client = UNKNOWN_CLIENT,
        *,
        violations: Sequence[Violation] = (),
    ) -> IssuedPersonalToken:
        """Make a token; a user who has a password has to give it. `violations`: as in `Accounts`.

        Raises NotAuthenticated, InvalidInput naming every invalid field, and QuotaExceeded.
        """
        seen = await self.accounts.me(actor)
        problems = Violations([*violations])
        problems.take("name", check_name, request.name)
        problems.take("scopes", check_scopes, request.scopes)
        problems.take("expires_in_days", check_days, request.days)
        await self.accounts.check_current_password(seen, current_password, problems)
        problems.raise_any()
        issued = self._issue(actor, request)

        async def work(unit: UnitOfWork) -> IssuedPersonalToken:
            check_password_unchanged(seen, await unit.account.get())
            if len(await unit.personal_tokens.list()) >= MAX_TOKENS:
                raise QuotaExceeded("personal access tokens", MAX_TOKENS)
            await unit.personal_tokens.add(issued.token)
            await unit.audit.add(self._event(actor, Action.PERSONAL_TOKEN_CREATED, issued.token.id, client))
            return issued

        return await self.store.write(actor, work)

    async def list(self, actor: AccountHolder) -> Sequence[PersonalToken]:
        """Return the actor's tokens that have not expired, the newest first. Raises NotAuthenticated."""
        return await self.store.read(actor).personal_tokens.list()

    async def revoke(self, actor: AccountHolder, token_id: PersonalTokenId, client: Client = UNKNOWN_CLIENT) -> None:
        """Revoke one of the actor's tokens. Raises NotAuthenticated, and NotFound unless the actor has it."""

        async def work(unit: UnitOfWork) -> None:
            if not await unit.personal_tokens.remove(token_id):
                raise NotFound("token", token_id)
            await unit.audit.add(self._event(actor, Action.PERSONAL_TOKEN_REVOKED, token_id, client))

        await self.store.write(actor, work)

    def _issue(self, actor: AccountHolder, request: TokenRequest) -> IssuedPersonalToken:
        """Return a new token for a valid request."""
        now = self.clock.now()
        text = token_text(self.randomness.characters(ALPHABET, RANDOM_LENGTH))
        token = PersonalToken(
            user=actor.user,
            id=PersonalTokenId(self.ids.new()),
            name=check_name(request.name),
            scopes=check_scopes(request.scopes),
            digest=token_digest(text),
            hint=text[-HINT_LENGTH:],
            created_at=now,
            expires_at=now + dt.timedelta(days=request.days),
        )
        return IssuedPersonalToken(token, text)

    def _event(self, actor: AccountHolder, action: Action, token_id: PersonalTokenId, client: Client) -> Event:
        return attrs.evolve(self.events.by(actor, action, client), personal_token=token_id)
