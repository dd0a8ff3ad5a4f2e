"""Audit events of the use cases."""

import attrs

from todo_core.actors import AccountHolder, SessionActor
from todo_core.audit import Action, Event
from todo_core.ports import Clock, Ids
from todo_core.sessions import Client, SessionId
from todo_core.users import UserId

UNKNOWN_CLIENT = Client()


@attrs.frozen
class Events:
    """Makes audit events with the current time and a new id."""

    clock: Clock
    ids: Ids

    def new(
        self, action: Action, user: UserId, client: Client = UNKNOWN_CLIENT, session: SessionId | None = None
    ) -> Event:
        """Return an event that happens now."""
        return Event(self.ids.new(), self.clock.now(), action, user, session, client)

    def by(self, actor: AccountHolder, action: Action, client: Client) -> Event:
        """Return an event that the actor causes now; it names the session, if the actor has one."""
        return self.new(action, actor.user, client, actor.session if isinstance(actor, SessionActor) else None)
