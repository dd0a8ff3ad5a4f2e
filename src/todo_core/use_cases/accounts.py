"""Registration, and what a user does with their own account."""

import datetime as dt
from collections.abc import Sequence

import attrs

from todo_core.actors import AccountHolder, Actor
from todo_core.audit import Action
from todo_core.errors import InvalidInput, NoPassword, RegistrationClosed, Violation, Violations
from todo_core.identities import first_accepted
from todo_core.ports import Clock, Ids, Passwords, Store, UnitOfWork
from todo_core.sessions import Client, IssuedTokens, Session
from todo_core.use_cases.events import UNKNOWN_CLIENT, Events
from todo_core.use_cases.sessions import Sessions
from todo_core.users import (
    UNCHANGED,
    EmailAddress,
    PasswordPolicy,
    Profile,
    ProfileChanges,
    User,
    UserId,
    check_display_name,
    check_timezone,
    known_words,
    normalise_password,
)


@attrs.frozen
class Registration:
    """A request for an account, unchecked."""

    email: str
    password: str = attrs.field(repr=False)
    display_name: str | None = None
    timezone: str = "UTC"


@attrs.frozen
class Accounts:
    """The use cases of accounts. Passwords are hashed outside every unit of work, and checked again inside it.

    `violations` are broken rules that the caller has found already, such as a value of the wrong type. The fields that
    they name are not checked again, and all broken rules are raised together.
    """

    store: Store
    clock: Clock
    ids: Ids
    passwords: Passwords
    sessions: Sessions
    policy: PasswordPolicy
    registration_open: bool = True

    @property
    def events(self) -> Events:
        """Makes audit events."""
        return Events(self.clock, self.ids)

    async def register(
        self,
        registration: Registration,
        client: Client = UNKNOWN_CLIENT,
        *,
        violations: Sequence[Violation] = (),
    ) -> User:
        """Create an account. Raises RegistrationClosed, InvalidInput naming every invalid field, EmailTaken."""
        self.check_registration_open()
        return await self.create_account(registration, client, violations=violations)

    def check_registration_open(self) -> None:
        """Raise RegistrationClosed when only the operator creates accounts."""
        if not self.registration_open:
            raise RegistrationClosed

    async def create_account(
        self,
        registration: Registration,
        client: Client = UNKNOWN_CLIENT,
        *,
        violations: Sequence[Violation] = (),
    ) -> User:
        """Create an account whether registration is open or not. Raises InvalidInput and EmailTaken."""
        profile, password = await self._check(registration, Violations([*violations]))
        password_hash = await self.passwords.hash(password)
        now = self.clock.now()
        user = User(UserId(self.ids.new()), profile, now).with_password(password_hash, now)
        await self.store.register(user, self.events.new(Action.USER_CREATED, user.id, client))
        return user

    async def me(self, actor: Actor) -> User:
        """Return the actor's account. Raises NotAuthenticated."""
        return await self.store.read(actor).account.get()

    async def edit(
        self,
        actor: AccountHolder,
        changes: ProfileChanges,
        *,
        current_password: str | None = None,
        client: Client = UNKNOWN_CLIENT,
        violations: Sequence[Violation] = (),
    ) -> User:
        """Change the actor's profile; another e-mail address needs the current password.

        Raises NotAuthenticated, InvalidInput naming every invalid field, NoPassword and EmailTaken.
        """
        seen = await self.me(actor)
        problems = Violations([*violations])
        edited = self._edited(seen, changes, problems)
        needs_password = edited.email != seen.email or problems.names("email")
        if needs_password or current_password is not None:
            await self.check_current_password(seen, current_password, problems)
        problems.raise_any()
        if needs_password and seen.password_hash is None:
            raise NoPassword

        async def work(unit: UnitOfWork) -> User:
            current = await unit.account.get()
            found = Violations()
            edited = self._edited(current, changes, found)
            found.raise_any()
            if edited.email != current.email:  # the address may have changed since the password was checked, or not
                check_password_unchanged(seen if needs_password else None, current)
            if edited != current:
                await unit.account.replace(edited)
                await unit.audit.add(self.events.by(actor, Action.USER_UPDATED, client))
            return edited

        return await self.store.write(actor, work)

    async def change_password(
        self,
        actor: AccountHolder,
        current_password: str | None,
        new_password: str,
        client: Client = UNKNOWN_CLIENT,
        *,
        revoke_tokens: bool = False,
        violations: Sequence[Violation] = (),
    ) -> IssuedTokens:
        """Change the password, end every session and open a new one (ASVS 6.2.3, 7.4.3).

        `revoke_tokens`: revoke every personal access token, too.

        Raises NotAuthenticated, NoPassword, and InvalidInput naming every invalid field.
        """
        seen = await self.me(actor)
        if seen.password_hash is None:
            raise NoPassword
        problems = Violations([*violations])
        await self.check_current_password(seen, current_password, problems)
        password = await self._check_new_password("new_password", new_password, seen.profile, problems)
        problems.raise_any()
        password_hash = await self.passwords.hash(password)

        async def work(unit: UnitOfWork) -> Session:
            current = await unit.account.get()
            check_password_unchanged(seen, current)
            await unit.account.replace(current.with_password(password_hash, self.clock.now()))
            await unit.sessions.remove_all()
            if revoke_tokens:
                await revoke_personal_tokens(unit, self.events, actor.user, client)
            session = await self.sessions.open(unit, actor.user, client)
            await unit.audit.add(self.events.new(Action.PASSWORD_CHANGED, actor.user, client, session.id))
            return session

        return self.sessions.issue(await self.store.write(actor, work))

    async def delete(
        self,
        actor: AccountHolder,
        current_password: str | None,
        client: Client = UNKNOWN_CLIENT,
        *,
        violations: Sequence[Violation] = (),
    ) -> None:
        """Remove the account with all its data, at once. Raises NotAuthenticated and InvalidInput.

        Tokens that an external issuer made for it until now are refused from now on.
        """
        seen = await self.me(actor)
        problems = Violations([*violations])
        await self.check_current_password(seen, current_password, problems)
        problems.raise_any()

        async def work(unit: UnitOfWork) -> None:
            check_password_unchanged(seen, await unit.account.get())
            await remove_account(unit, self.clock.now())
            await unit.audit.add(self.events.by(actor, Action.USER_DELETED, client))

        await self.store.write(actor, work)

    async def new_hash(self, field: str, password: str, profile: Profile) -> str:
        """Return the hash of a new password. Raises InvalidInput under `field` when the policy refuses it."""
        problems = Violations()
        checked = await self._check_new_password(field, password, profile, problems)
        problems.raise_any()
        return await self.passwords.hash(checked)

    async def check_current_password(self, user: User, password: str | None, problems: Violations) -> None:
        """Record a violation unless the password is the user's. A user without a password needs none."""
        if user.password_hash is None or problems.names("current_password"):
            return
        with problems.collecting():
            if password is None:
                raise _missing_password()
            normal = normalise_password(password)
            check = await self.passwords.verify(None if normal is None else user.password_hash, normal or "")
            if not check.matches:
                raise _wrong_password()

    def _edited(self, user: User, changes: ProfileChanges, problems: Violations) -> User:
        """Return the edited user. Invalid members are recorded in `problems` and keep their old value."""
        profile = user.profile
        email, name, timezone = profile.email, profile.display_name, profile.timezone
        if changes.email is not UNCHANGED:
            email = problems.take("email", EmailAddress.parse, changes.email) or email
        if changes.display_name is not UNCHANGED:
            name = self._check_name(changes.display_name, problems)
        if changes.timezone not in {UNCHANGED, timezone}:
            timezone = problems.take("timezone", self._check_timezone, changes.timezone) or timezone
        return attrs.evolve(user, profile=Profile(email, name, timezone))

    @staticmethod
    def _check_name(name: str | None, problems: Violations) -> str | None:
        return None if name is None else problems.take("display_name", check_display_name, name)

    def _check_timezone(self, name: str) -> str:
        return check_timezone(name, self.clock.zone)

    async def _check(self, registration: Registration, problems: Violations) -> tuple[Profile, str]:
        email = problems.take("email", EmailAddress.parse, registration.email)
        name = self._check_name(registration.display_name, problems)
        problems.take("timezone", self._check_timezone, registration.timezone)
        profile = Profile(email, name, registration.timezone)
        password = await self._check_new_password("password", registration.password, profile, problems)
        problems.raise_any()
        return profile, password

    async def _check_new_password(self, field: str, password: str, profile: Profile, problems: Violations) -> str:
        checked = problems.take(field, self.policy.check, password)
        if checked is None:
            return ""
        weakness = await self.passwords.weakness(checked, known_words(profile))
        if weakness is not None:
            problems.note(field, "guessable", weakness)
        return checked


async def revoke_personal_tokens(unit: UnitOfWork, events: Events, user: UserId, client: Client) -> None:
    """Revoke every token of the user, each with an audit event."""
    for token in await unit.personal_tokens.list():
        await unit.personal_tokens.remove(token.id)
        event = events.new(Action.PERSONAL_TOKEN_REVOKED, user, client)
        await unit.audit.add(attrs.evolve(event, personal_token=token.id))


async def remove_account(unit: UnitOfWork, now: dt.datetime) -> None:
    """Remove the account. Tokens that an external issuer signed until then are refused, so none creates it again."""
    await unit.identities.refuse_issued_before(first_accepted(now))
    await unit.account.remove()


def _missing_password() -> InvalidInput:
    return InvalidInput.at("current_password", "required", "the current password is needed for this")


def _wrong_password() -> InvalidInput:
    return InvalidInput.at("current_password", "wrong-password", "not the current password")


def check_password_unchanged(verified: User | None, current: User) -> None:
    """Raise InvalidInput when no password was verified, or the password has changed since."""
    if verified is None:
        raise _missing_password()
    if verified.password_changed_at != current.password_changed_at:
        raise _wrong_password()
