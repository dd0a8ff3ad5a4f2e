"""Accounts: registering, one's own profile, the password."""

import attrs

from entrypoints.http import account_input, shapes, wire
from entrypoints.http.answers import Answer, json_answer, no_content
from entrypoints.http.cookies import clear_cookie
from entrypoints.http.delivery import deliver
from entrypoints.http.limits import Guard
from entrypoints.http.routing import Body, Call, Route, Success
from todo_core.errors import RegistrationClosed, Violations
from todo_core.use_cases.accounts import Accounts

ME = "/api/auth/me"


@attrs.frozen
class AccountRoutes:
    """What a user does with their account."""

    accounts: Accounts
    guard: Guard

    async def register(self, call: Call) -> Answer:
        """Make an account."""
        account = account_input.submitted_account(call.body)
        if account is not None:
            await self.guard.account(call.exchange, self.guard.limits.register, account)
        if not self.accounts.registration_open:
            raise RegistrationClosed
        problems = Violations()
        wish = account_input.registration(call.body, problems)
        user = await self.accounts.register(wish, call.exchange.client, violations=problems.found)
        return json_answer(201, wire.user(user), (b"location", ME.encode()))

    async def me(self, call: Call) -> Answer:
        """Show the account."""
        return json_answer(200, wire.user(await self.accounts.me(call.actor)))

    async def edit(self, call: Call) -> Answer:
        """Change the profile; what takes the password, or may need it, is counted like every attempt at one."""
        body = call.body
        problems = Violations()
        proof = None
        if isinstance(body, dict) and {"email", "current_password"} & body.keys():
            await self.guard.address(call.exchange, self.guard.limits.password)
            await self._count_account(call)
            proof = body.get("current_password")
            proof = proof if isinstance(proof, str) else None
        user = await self.accounts.edit(
            call.actor,
            account_input.profile(body, problems),
            current_password=proof,
            client=call.exchange.client,
            violations=problems.found,
        )
        return json_answer(200, wire.user(user))

    async def delete(self, call: Call) -> Answer:
        """Remove the account."""
        await self._count_account(call)
        problems = Violations()
        proof = account_input.current_password(call.body, problems)
        await self.accounts.delete(call.actor, proof, call.exchange.client, violations=problems.found)
        return no_content(clear_cookie())

    async def change_password(self, call: Call) -> Answer:
        """Change the password, end all sessions and open a new one."""
        await self._count_account(call)
        problems = Violations()
        change = account_input.password_change(call.body, problems)
        issued = await self.accounts.change_password(
            call.actor, change.current_password, change.new_password, call.exchange.client, violations=problems.found
        )
        return deliver(issued, in_cookie=change.in_cookie)

    async def _count_account(self, call: Call) -> None:
        """Count an attempt at the account's password; of a session that lives, or its owner pays for a dead one."""
        await self.accounts.me(call.actor)
        await self.guard.account(call.exchange, self.guard.limits.password, str(call.actor.user))

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of this section."""
        limits = self.guard.limits
        return (
            Route(
                "POST",
                "/api/auth/register",
                self.register,
                name="register",
                summary="Make an account",
                answers=(Success(201, "The account", shapes.User, ("Location",)),),
                tag="Accounts",
                public=True,
                limit=limits.register,
                body=Body.REQUIRED,
                request=shapes.Registration,
                problems=("registration-closed", "validation-failed", "email-taken"),
            ),
            Route(
                "GET",
                ME,
                self.me,
                name="getAccount",
                summary="Show one's account",
                answers=(Success(200, "The account", shapes.User),),
                tag="Accounts",
            ),
            Route(
                "PATCH",
                ME,
                self.edit,
                name="editAccount",
                summary="Change one's account",
                description="Another e-mail address needs `current_password`.",
                answers=(Success(200, "The account", shapes.User),),
                tag="Accounts",
                body=Body.REQUIRED,
                request=shapes.ProfilePatch,
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
                request=shapes.DeleteAccount,
                problems=("validation-failed",),
            ),
            Route(
                "PUT",
                "/api/auth/password",
                self.change_password,
                name="changePassword",
                summary="Change the password",
                description="Ends every session and opens a new one.",
                answers=(Success(200, "Tokens of the new session", shapes.Tokens, ("Set-Cookie",)),),
                tag="Accounts",
                limit=limits.password,
                body=Body.REQUIRED,
                request=shapes.PasswordChange,
                problems=("validation-failed", "no-password"),
            ),
        )
