"""views.*: modals and the Home tab.

It owns which view is open for whom. It must not know how a person fills it in.
"""

import copy

from tests.platforms.slack.forms import initial_values
from tests.platforms.slack.hub import Hub
from tests.platforms.slack.workspace import Json, Refusal, View

from .registry import Args, method


def _kept(hub: Hub, view: Json) -> Json:
    body = copy.deepcopy(view)
    for block in body.get("blocks", []):
        block.setdefault("block_id", hub.workspace.new_id("b"))
    return body


def _check_external_id(hub: Hub, view: Json, own: View | None = None) -> None:
    wanted = view.get("external_id")
    taken = {
        each.body.get("external_id")
        for each in hub.workspace.views.values()
        if each is not own and not each.closed
    }
    if wanted and wanted in taken:
        raise Refusal("duplicate_external_id")


@method("views.open", needs="view", takes="trigger_id interactivity_pointer")
def open_view(hub: Hub, args: Args) -> Json:
    """Open a modal for whoever made the gesture behind the trigger."""
    view = args.decoded("view")
    pointer = args.text("trigger_id") or args.text("interactivity_pointer")
    trigger = hub.workspace.take_trigger(pointer)
    hub.judge.view(args.method, view)
    if view["type"] != "modal":
        raise hub.judge.refuse(args.method, "invalid_arguments", "only a modal can be opened")
    _check_external_id(hub, view)
    opened = View(hub.workspace.new_id("V"), trigger.user, _kept(hub, view), _hash(hub))
    opened.values = initial_values(opened.body["blocks"], {})
    hub.workspace.views[opened.id] = opened
    trigger.view = opened
    hub.workspace.changed()
    return {"view": hub.renderer.view(opened)}


def _hash(hub: Hub) -> str:
    return hub.workspace.new_ts() + ".hash"


@method("views.update", needs="view", takes="view_id external_id hash")
def update(hub: Hub, args: Args) -> Json:
    """Replace a modal that is still open."""
    views = hub.workspace.views
    found = views.get(args.text("view_id"))
    if "external_id" in args:
        wanted = args.text("external_id")
        found = next((v for v in views.values() if v.body.get("external_id") == wanted), None)
    if found is None or found.closed:
        raise Refusal("not_found")
    if args.text("hash", found.hash) != found.hash:
        raise Refusal("hash_conflict")
    replace(hub, args.method, found, args.decoded("view"))
    return {"view": hub.renderer.view(found)}


def replace(hub: Hub, where: str, view: View, body: Json) -> None:
    """Give an open view a new body; what the person filled in stays where the ids stay."""
    hub.judge.view(where, body)
    _check_external_id(hub, body, view)
    view.body = _kept(hub, body)
    view.hash = _hash(hub)
    view.values = initial_values(view.body["blocks"], view.values)
    hub.workspace.changed()


@method("views.publish", needs="user_id view", takes="hash")
def publish(hub: Hub, args: Args) -> Json:
    """Set one person's Home tab of the app."""
    body, user = args.decoded("view"), args.text("user_id")
    if user not in hub.workspace.users:
        raise Refusal("user_not_found")
    hub.judge.view(args.method, body)
    if body["type"] != "home":
        raise hub.judge.refuse(args.method, "invalid_arguments", "only a home tab is published")
    home = hub.workspace.homes.get(user)
    if home is None:
        home = View(hub.workspace.new_id("V"), user, {}, "")
        hub.workspace.homes[user] = hub.workspace.views[home.id] = home
    elif args.text("hash", home.hash) != home.hash:
        raise Refusal("hash_conflict")
    replace(hub, args.method, home, body)
    return {"view": hub.renderer.view(home)}
