"""Accounts: registration, one's own profile, the password."""

import attrs

from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.responses import Response, json_response, no_content
from entrypoints.http.routes.delivery import deliver
from entrypoints.http.routing import Body, Call, Success, route
from entrypoints.http.wire import encode, schemas
from entrypoints.http.wire.accounts import submitted_account
from entrypoints.http.wire.base import with_defaults
from entrypoints.http.wire.cookies import clear_cookie
from entrypoints.http.wire.reader import read
from todo_core.errors import Violations
from todo_core.personal_tokens import Scope
from todo_core.use_cases.accounts import Accounts, Registration
from todo_core.users import Profile, ProfileChanges

ME = "/api/auth/me"


@attrs.frozen
class AccountRoutes:
    """What a user does with their account."""

    accounts: Accounts
    rate_limits: RateLimits

    @route(
        "POST",
        "/api/auth/register",
        "register",
        Success(201, "The account", schemas.User, ("Location",)),
        tag="Accounts",
        public=True,
        limit="register",
        body=Body.REQUIRED,
        request=schemas.Registration,
        problems=("registration-closed", "validation-failed", "email-taken"),
    )
    async def register(self, call: Call) -> Response:
        """Create an account."""
        account = submitted_account(call.body)
        if account is not None:
            await self.rate_limits.account(call.context, "register", account)
        self.accounts.check_registration_open()
        problems = Violations()
        members = with_defaults(read(schemas.Registration, call.body, problems), Registration)
        registration = Registration(**{"email": "", "password": "", **members})
        user = await self.accounts.register(registration, call.context.client, violations=problems.found)
        return json_response(201, encode.user(user), (b"location", ME.encode()))

    @route("GET", ME, "getAccount", Success(200, "The account", schemas.User), tag="Accounts", scope=Scope.TASKS_READ)
    async def me(self, call: Call) -> Response:
        """Get one's account."""
        return json_response(200, encode.user(await self.accounts.me(call.actor)))

    @route(
        "PATCH",
        ME,
        "editAccount",
        Success(200, "The account", schemas.User),
        tag="Accounts",
        body=Body.REQUIRED,
        request=schemas.ProfilePatch,
        attempts=frozenset({"email", "current_password"}),
        problems=("validation-failed", "no-password", "email-taken"),
    )
    async def edit(self, call: Call) -> Response:
        """Change one's account.

        Another e-mail address needs `current_password`.
        """
        problems = Violations()
        members = read(schemas.ProfilePatch, call.body, problems)
        password = members.pop("current_password", None)
        user = await self.accounts.edit(
            call.account_holder,
            ProfileChanges(**with_defaults(members, Profile)),
            current_password=password,
            client=call.context.client,
            violations=problems.found,
        )
        return json_response(200, encode.user(user))

    @route(
        "DELETE",
        ME,
        "deleteAccount",
        Success(204, "The account is gone", headers=("Set-Cookie",)),
        tag="Accounts",
        limit="password",
        body=Body.OPTIONAL,
        request=schemas.DeleteAccount,
        problems=("validation-failed",),
    )
    async def delete(self, call: Call) -> Response:
        """Delete one's account.

        User, tasks, sessions and keys are gone at once.
        """
        problems = Violations()
        members = read(schemas.DeleteAccount, {} if call.body is None else call.body, problems)
        password = members.get("current_password")
        await self.accounts.delete(call.account_holder, password, call.context.client, violations=problems.found)
        return no_content(clear_cookie())

    @route(
        "PUT",
        "/api/auth/password",
        "changePassword",
        Success(200, "Tokens of the new session", schemas.Tokens, ("Set-Cookie",)),
        tag="Accounts",
        limit="password",
        body=Body.REQUIRED,
        request=schemas.PasswordChange,
        problems=("validation-failed", "no-password"),
    )
    async def change_password(self, call: Call) -> Response:
        """Change the password.

        Ends every session and opens a new one. Personal access tokens stay, unless `revoke_tokens` is true.
        """
        problems = Violations()
        members = read(schemas.PasswordChange, call.body, problems)
        issued = await self.accounts.change_password(
            call.account_holder,
            members.get("current_password"),
            members.get("new_password", ""),
            call.context.client,
            revoke_tokens=bool(members.get("revoke_tokens")),
            violations=problems.found,
        )
        return deliver(issued, members.get("delivery"))
