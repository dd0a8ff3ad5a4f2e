"""Accounts: registering, one's own profile, the password."""

import attrs

from entrypoints.http.middleware.rate_limits import RateLimits
from entrypoints.http.responses import Response, json_response, no_content
from entrypoints.http.routes.delivery import deliver
from entrypoints.http.routing import Body, Call, Route, Success
from entrypoints.http.wire import accounts as account_input
from entrypoints.http.wire import encode, schemas
from entrypoints.http.wire.cookies import clear_cookie
from todo_core.errors import RegistrationClosed, Violations
from todo_core.use_cases.accounts import Accounts

ME = "/api/auth/me"


@attrs.frozen
class AccountRoutes:
    """What a user does with their account."""

    accounts: Accounts
    rate_limits: RateLimits

    async def register(self, call: Call) -> Response:
        """Make an account."""
        account = account_input.submitted_account(call.body)
        if account is not None:
            await self.rate_limits.account(call.context, self.rate_limits.limits.register, account)
        if not self.accounts.registration_open:
            raise RegistrationClosed
        problems = Violations()
        wish = account_input.registration(call.body, problems)
        user = await self.accounts.register(wish, call.context.client, violations=problems.found)
        return json_response(201, encode.user(user), (b"location", ME.encode()))

    async def me(self, call: Call) -> Response:
        """Show the account."""
        return json_response(200, encode.user(await self.accounts.me(call.actor)))

    async def edit(self, call: Call) -> Response:
        """Change the profile; what takes the password, or may need it, is counted like every attempt at one."""
        body = call.body
        problems = Violations()
        proof = None
        if isinstance(body, dict) and {"email", "current_password"} & body.keys():
            await self.rate_limits.address(call.context, self.rate_limits.limits.password)
            await self._count_account(call)
            proof = body.get("current_password")
            proof = proof if isinstance(proof, str) else None
        user = await self.accounts.edit(
            call.actor,
            account_input.profile(body, problems),
            current_password=proof,
            client=call.context.client,
            violations=problems.found,
        )
        return json_response(200, encode.user(user))

    async def delete(self, call: Call) -> Response:
        """Remove the account."""
        await self._count_account(call)
        problems = Violations()
        proof = account_input.current_password(call.body, problems)
        await self.accounts.delete(call.actor, proof, call.context.client, violations=problems.found)
        return no_content(clear_cookie())

    async def change_password(self, call: Call) -> Response:
        """Change the password, end all sessions and open a new one."""
        await self._count_account(call)
        problems = Violations()
        change = account_input.password_change(call.body, problems)
        issued = await self.accounts.change_password(
            call.actor, change.current_password, change.new_password, call.context.client, violations=problems.found
        )
        return deliver(issued, in_cookie=change.in_cookie)

    async def _count_account(self, call: Call) -> None:
        """Count an attempt at the account's password; of a session that lives, or its owner pays for a dead one."""
        await self.accounts.me(call.actor)
        await self.rate_limits.account(call.context, self.rate_limits.limits.password, str(call.actor.user))

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this section."""
        limits = self.rate_limits.limits
        return (
            Route(
                "POST",
                "/api/auth/register",
                self.register,
                name="register",
                summary="Make an account",
                answers=(Success(201, "The account", schemas.User, ("Location",)),),
                tag="Accounts",
                public=True,
                limit=limits.register,
                body=Body.REQUIRED,
                request=schemas.Registration,
                problems=("registration-closed", "validation-failed", "email-taken"),
            ),
            Route(
                "GET",
                ME,
                self.me,
                name="getAccount",
                summary="Show one's account",
                answers=(Success(200, "The account", schemas.User),),
                tag="Accounts",
            ),
            Route(
                "PATCH",
                ME,
                self.edit,
                name="editAccount",
                summary="Change one's account",
                description="Another e-mail address needs `current_password`.",
                answers=(Success(200, "The account", schemas.User),),
                tag="Accounts",
                body=Body.REQUIRED,
                request=schemas.ProfilePatch,
                problems=("validation-failed", "no-password", "email-taken"),
            ),
            Route(
                "DELETE",
                ME,
                self.delete,
                name="deleteAccount",
                summary="Delete one's account",
                description="User, tasks, sessions and keys are gone at once.",
                answers=(Success(204, "The account is gone", headers=("Set-Cookie",)),),
                tag="Accounts",
                limit=limits.password,
                body=Body.OPTIONAL,
                request=schemas.DeleteAccount,
                problems=("validation-failed",),
            ),
            Route(
                "PUT",
                "/api/auth/password",
                self.change_password,
                name="changePassword",
                summary="Change the password",
                description="Ends every session and opens a new one.",
                answers=(Success(200, "Tokens of the new session", schemas.Tokens, ("Set-Cookie",)),),
                tag="Accounts",
                limit=limits.password,
                body=Body.REQUIRED,
                request=schemas.PasswordChange,
                problems=("validation-failed", "no-password"),
            ),
        )
