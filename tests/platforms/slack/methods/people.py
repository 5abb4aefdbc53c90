"""auth.*, apps.*, users.*, team.*, bots.*: who is who.

It owns nothing but these answers.
"""

from tests.platforms.slack.hub import Hub
from tests.platforms.slack.workspace import Json, Refusal

from .registry import Args, method


@method("auth.test")
def test(hub: Hub, _args: Args) -> Json:
    """Whose token this is."""
    space = hub.workspace
    return {
        "url": f"https://{space.domain}.slack.com/",
        "team": space.name,
        "user": hub.renderer.user(space.bot)["name"],
        "team_id": space.team_id,
        "user_id": space.bot.id,
        "bot_id": space.bot_id,
        "is_enterprise_install": False,
    }


@method("apps.connections.open")
def open_connection(hub: Hub, _args: Args) -> Json:
    """A URL for one socket; for apps that have Socket Mode switched on."""
    if not hub.app.socket_mode:
        raise Refusal("socket_mode_not_enabled")  # the code's name is ours
    return {"url": hub.sockets.issue(hub.renderer.address)}


@method("users.info", scope="users:read", needs="user", takes="include_locale")
def user_info(hub: Hub, args: Args) -> Json:
    """A person; `is_admin` tells who administers the workspace."""
    user = hub.workspace.users.get(args.text("user"))
    if user is None:
        raise Refusal("user_not_found")
    return {"user": hub.renderer.user(user, locale=args.flag("include_locale"))}


@method("team.info", scope="team:read", takes="team domain")
def team_info(hub: Hub, args: Args) -> Json:
    """The workspace."""
    space = hub.workspace
    if args.text("team", space.team_id) != space.team_id:
        raise Refusal("team_not_found")
    facts = {"id": space.team_id, "name": space.name, "domain": space.domain}
    return {"team": {**facts, "email_domain": "", "icon": {"image_default": True}}}


@method("bots.info", scope="users:read", takes="bot team_id")
def bot_info(hub: Hub, args: Args) -> Json:
    """The app's bot."""
    if args.text("bot", hub.workspace.bot_id) != hub.workspace.bot_id:
        raise Refusal("bot_not_found")
    profile = hub.renderer.bot_profile()
    return {"bot": {**profile, "user_id": hub.workspace.bot.id}}
