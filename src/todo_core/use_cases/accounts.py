"""Registering, and what a user does with their own account."""

from collections.abc import Callable

import attrs

from todo_core.audit import Action
from todo_core.errors import InvalidInput, NoPassword, RegistrationClosed, Violations
from todo_core.ports import Clock, Ids, Passwords, Rows, Store
from todo_core.sessions import Actor, Client, IssuedTokens, Session
from todo_core.use_cases.sessions import UNKNOWN_CLIENT, Sessions
from todo_core.users import (
    EmailAddress,
    PasswordPolicy,
    Profile,
    User,
    UserId,
    check_display_name,
    check_timezone,
    known_words,
    presented,
)

ProfileEdit = Callable[[Profile, Violations], Profile]
"""Makes one profile of another. What is wrong it adds to the second argument, and leaves as it was; or it raises it."""


@attrs.frozen
class Registration:
    """What somebody says who wants an account, unchecked."""

    email: str
    password: str = attrs.field(repr=False)
    display_name: str | None = None
    timezone: str = "UTC"


@attrs.frozen
class Accounts:
    """The use cases of accounts. Passwords are hashed outside every unit of work, and checked again inside it.

    Where a method takes `problems`, these are what the caller has found wrong already: what they name is not judged
    again, and everything is raised together.
    """

    store: Store
    clock: Clock
    ids: Ids
    passwords: Passwords
    sessions: Sessions
    policy: PasswordPolicy
    registration_open: bool = True

    async def register(
        self, registration: Registration, client: Client = UNKNOWN_CLIENT, problems: Violations | None = None
    ) -> User:
        """Make an account. Raises RegistrationClosed, InvalidInput naming every bad field, EmailTaken."""
        if not self.registration_open:
            raise RegistrationClosed
        return await self.enrol(registration, client, problems)

    async def enrol(
        self, registration: Registration, client: Client = UNKNOWN_CLIENT, problems: Violations | None = None
    ) -> User:
        """Make an account whether registration is open or not. Raises InvalidInput and EmailTaken."""
        profile, password = await self._check(registration, problems or Violations())
        password_hash = await self.passwords.hash(password)
        now = self.clock.now()
        user = User(UserId(self.ids.new()), profile, now).with_password(password_hash, now)
        await self.store.register(user, self.sessions.event(Action.USER_CREATED, user.id, client))
        return user

    async def me(self, actor: Actor) -> User:
        """Return the actor's account. Raises NotAuthenticated."""
        return await self.store.read(actor).user()

    async def edit(
        self,
        actor: Actor,
        edit: ProfileEdit,
        *,
        current_password: str | None = None,
        client: Client = UNKNOWN_CLIENT,
    ) -> User:
        """Replace the actor's profile by what `edit` makes of it; another e-mail address needs the password.

        Raises NotAuthenticated, InvalidInput naming every bad field, NoPassword and EmailTaken.
        """
        seen = await self.me(actor)
        problems = Violations()
        needs_proof = self._edited(seen, edit, problems).email != seen.email or problems.names("email")
        if needs_proof or current_password is not None:
            await self._prove(seen, current_password, problems)
        problems.raise_any()
        if needs_proof and seen.password_hash is None:
            raise NoPassword

        async def work(rows: Rows) -> User:
            current = await rows.user()
            found = Violations()
            edited = self._edited(current, edit, found)
            found.raise_any()
            if edited.email != current.email:  # it may be another one by now: then nothing was proven
                _unchanged(seen if needs_proof else None, current)
            if edited != current:
                await rows.put_user(edited)
                await rows.record(self.sessions.event(Action.USER_UPDATED, actor.user, client, actor.session))
            return edited

        return await self.store.write(actor, work)

    async def change_password(
        self,
        actor: Actor,
        current_password: str | None,
        new_password: str,
        client: Client = UNKNOWN_CLIENT,
        problems: Violations | None = None,
    ) -> IssuedTokens:
        """Change the password, end every session and open a new one (ASVS 6.2.3, 7.4.3).

        Raises NotAuthenticated, NoPassword, and InvalidInput naming every bad field.
        """
        seen = await self.me(actor)
        if seen.password_hash is None:
            raise NoPassword
        problems = problems or Violations()
        await self._prove(seen, current_password, problems)
        password = await self._check_password("new_password", new_password, seen.profile, problems)
        problems.raise_any()
        password_hash = await self.passwords.hash(password)

        async def work(rows: Rows) -> Session:
            current = await rows.user()
            _unchanged(seen, current)
            await rows.put_user(current.with_password(password_hash, self.clock.now()))
            await rows.drop_sessions()
            session = await self.sessions.open(rows, actor.user, client)
            await rows.record(self.sessions.event(Action.PASSWORD_CHANGED, actor.user, client, session.id))
            return session

        return self.sessions.issue(await self.store.write(actor, work))

    async def delete(
        self,
        actor: Actor,
        current_password: str | None,
        client: Client = UNKNOWN_CLIENT,
        problems: Violations | None = None,
    ) -> None:
        """Remove the account with all it has, at once. Raises NotAuthenticated and InvalidInput."""
        seen = await self.me(actor)
        problems = problems or Violations()
        await self._prove(seen, current_password, problems)
        problems.raise_any()

        async def work(rows: Rows) -> None:
            _unchanged(seen, await rows.user())
            await rows.drop_user()
            await rows.record(self.sessions.event(Action.USER_DELETED, actor.user, client, actor.session))

        await self.store.write(actor, work)

    async def new_hash(self, field: str, password: str, profile: Profile) -> str:
        """Return the hash of a new password. Raises InvalidInput under `field` when the policy refuses it."""
        problems = Violations()
        checked = await self._check_password(field, password, profile, problems)
        problems.raise_any()
        return await self.passwords.hash(checked)

    async def _prove(self, user: User, current_password: str | None, problems: Violations) -> None:
        """Note it unless the password is the user's; a user without one has nothing to prove."""
        if user.password_hash is None or problems.names("current_password"):
            return
        with problems.collecting():
            if current_password is None:
                raise _no_password_given()
            password = presented(current_password)
            verdict = await self.passwords.verify(None if password is None else user.password_hash, password or "")
            if not verdict.matches:
                raise _wrong_password()

    def _edited(self, user: User, edit: ProfileEdit, problems: Violations) -> User:
        """Return the user as edited, after adding to `problems` what is wrong with that."""
        edited = user
        with problems.collecting():
            edited = attrs.evolve(user, profile=edit(user.profile, problems))
        if edited.profile.timezone != user.profile.timezone:
            problems.take("timezone", self._check_timezone, edited.profile.timezone)
        return edited

    def _check_timezone(self, name: str) -> str:
        return check_timezone(name, self.clock.zone)

    async def _check(self, registration: Registration, problems: Violations) -> tuple[Profile, str]:
        email = problems.take("email", EmailAddress.parse, registration.email)
        name = registration.display_name
        if name is not None:
            name = problems.take("display_name", check_display_name, name)
        problems.take("timezone", self._check_timezone, registration.timezone)
        profile = Profile(email, name, registration.timezone)
        password = await self._check_password("password", registration.password, profile, problems)
        problems.raise_any()
        return profile, password

    async def _check_password(self, field: str, password: str, profile: Profile, problems: Violations) -> str:
        checked = problems.take(field, self.policy.check, password)
        if checked is None:
            return ""
        weakness = await self.passwords.weakness(checked, known_words(profile))
        if weakness is not None:
            problems.note(field, "guessable", weakness)
        return checked


def _no_password_given() -> InvalidInput:
    return InvalidInput.at("current_password", "required", "the current password is needed for this")


def _wrong_password() -> InvalidInput:
    return InvalidInput.at("current_password", "wrong-password", "not the current password")


def _unchanged(proven: User | None, current: User) -> None:
    """Raise InvalidInput when no password was proven, or one that is not the user's any more."""
    if proven is None:
        raise _no_password_given()
    if proven.password_changed_at != current.password_changed_at:
        raise _wrong_password()
