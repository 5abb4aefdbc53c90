"""The desk's own page: a chat like the others, and what a browser needs around it.

    surface   `Page`, the chat port: cards become lines
    content   what a line holds beside its words
    app       the web application, made of the routes below
    parts     what the application is handed: `WebParts`
    guard     Host, cross-site and header rules for every answer
    sessions  who sits before the browser; signing in and out
    chat      reading the channel and its threads; saying, pressing, filling in, reacting
    uploads   files that come with a line or form, measured while they stream in
    pacing    many bodies at once are taken in turns
    library/  the library: a grid in which one searches, and each image with its passport
    batches/  batches, each with its pictures, which come while one looks
    spend/    what was spent in a month;   keyring  keys that were brought
    api/      the HTTP API for programs;   health   for load balancers
    drawing   rows → HTML, by `templating`;   live  changes, as server-sent events
    files     pictures and files of cards and lines, and signed media
    site      public pages and the feed

Templates and static files are served as they are: no build step, nothing from elsewhere. To add a
control or a field kind, give it a branch in `templates/card.html` or `templates/form.html`.
"""
