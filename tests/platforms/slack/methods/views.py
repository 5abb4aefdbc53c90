"""views.*: modals, the views stacked in them, and the Home tab.

It owns which view is open for whom (https://docs.slack.dev/surfaces/modals). It
must not know how a person fills it in.
"""

import copy
import json
from typing import Final

from tests.platforms.slack.forms import initial_values
from tests.platforms.slack.hub import Hub
from tests.platforms.slack.workspace import Json, Refusal, Trigger, View

from .registry import Args, method

DEEPEST: Final = 3  # views in one modal
LARGEST: Final = 250 * 1024


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


def check(hub: Hub, where: str, view: Json, kind: str) -> None:
    """Slack's refusal of a view that it would not show as this kind, "modal" or "home"."""
    hub.judge.view(where, view)
    if view["type"] != kind:
        raise hub.judge.refuse(where, "invalid_arguments", f"this takes only a {kind}")
    if len(json.dumps(view)) > LARGEST:
        raise hub.judge.refuse(where, "view_too_large", "a view has at most 250 KB")
    elements = [block.get("element") or {} for block in view["blocks"]]
    if "files:read" not in hub.app.scopes and any(e.get("type") == "file_input" for e in elements):
        raise hub.judge.refuse(where, "invalid_arguments", "file_input needs files:read")


@method("views.open", needs="view", takes="trigger_id interactivity_pointer")
def open_view(hub: Hub, args: Args) -> Json:
    """Open a modal for whoever made the gesture behind the trigger."""
    view, trigger = args.decoded("view"), _taken(hub, args)
    check(hub, args.method, view, "modal")
    if trigger.origin is not None and trigger.origin.body["type"] == "modal":
        # Slack promises nothing of a modal beside a modal, and its telephones show none.
        reason = "a gesture in a modal pushes or updates a view"
        raise hub.judge.refuse(args.method, "invalid_arguments", reason)
    trigger.view = _opened(hub, view, trigger.user, None)
    return {"view": hub.renderer.view(trigger.view)}


@method("views.push", needs="view", takes="trigger_id interactivity_pointer")
def push(hub: Hub, args: Args) -> Json:
    """Lay a view upon the modal in which the gesture behind the trigger was made."""
    view, trigger = args.decoded("view"), _taken(hub, args)
    check(hub, args.method, view, "modal")
    under = trigger.origin
    if under is None or under.body["type"] != "modal":
        reason = "only a gesture in a modal pushes a view"
        raise hub.judge.refuse(args.method, "invalid_arguments", reason)
    if under.closed:
        raise Refusal("not_found")
    trigger.view = lay(hub, under, view)
    return {"view": hub.renderer.view(trigger.view)}


def lay(hub: Hub, under: View, body: Json) -> View:
    """Push a view upon what covers `under`, or upon itself."""
    top = under
    while (upper := hub.workspace.covering(top)) is not None:
        top = upper
    if len(top.stack()) >= DEEPEST:
        raise Refusal("push_limit_reached")
    return _opened(hub, body, under.user, top)


def _taken(hub: Hub, args: Args) -> Trigger:
    pointer = args.text("trigger_id") or args.text("interactivity_pointer")
    return hub.workspace.take_trigger(pointer)


def _opened(hub: Hub, body: Json, user: str, previous: View | None) -> View:
    _check_external_id(hub, body)
    opened = View(hub.workspace.new_id("V"), user, _kept(hub, body), _hash(hub), previous=previous)
    opened.values = initial_values(opened.body["blocks"], {})
    hub.workspace.views[opened.id] = opened
    hub.workspace.changed()
    return opened


def _hash(hub: Hub) -> str:
    return hub.workspace.new_ts() + ".hash"


@method("views.update", needs="view", takes="view_id external_id hash")
def update(hub: Hub, args: Args) -> Json:
    """Replace a modal that is still open, also one that another covers."""
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
    check(hub, where, body, view.body.get("type", "home"))
    _check_external_id(hub, body, view)
    view.body = _kept(hub, body)
    view.hash = _hash(hub)
    view.values = initial_values(view.body["blocks"], view.values)
    hub.workspace.changed()


@method("views.publish", needs="user_id view", takes="hash")
def publish(hub: Hub, args: Args) -> Json:
    """Set one person's Home tab of the app."""
    body, user = args.decoded("view"), args.text("user_id")
    if not hub.app.home_tab:
        raise Refusal("not_enabled")
    if user not in hub.workspace.users:
        raise Refusal("user_not_found")
    home = hub.workspace.homes.get(user)
    if home is None:
        home = View(hub.workspace.new_id("V"), user, {}, "")
        hub.workspace.homes[user] = hub.workspace.views[home.id] = home
    elif args.text("hash", home.hash) != home.hash:
        raise Refusal("hash_conflict")
    replace(hub, args.method, home, body)
    return {"view": hub.renderer.view(home)}
