"""Where people and machines meet the desk.

    wiring     what a process is made of: `running`, the composition root (providers: `offers`)
    serving    the processes: the page, the chats' listeners, the worker
    surfaces/  the chats, one package each
    inbox      an event of a chat in, a reply out (`backlog`: where many come at once)
    commands   the table of commands
    handlers   what commands and sent forms do
    controls   what buttons, menus and reactions on cards do
    tasks      what a worker does when it is woken
    asking     what handlers and controls are handed: who asks, and where; desk  what can be had

What single rooms add to `handlers` and `controls` stands in `batches`, `browsing`, `budgets`,
`comparing`, `drafts`, `keys`, `models` and `posting`; what the command line does, in `accounts`,
`checkup` with `checks/`, `documents`, `imports`, `manifests`, `rotation`, `stores/` and `tokens`.
"""
