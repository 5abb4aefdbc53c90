"""Takes the pictures of the library's page, `docs/library.png` and `docs/library-phone.png`:
`python -m docs.library`.

A whole demo desk runs, sketches are ordered, photographs brought, some of them starred and
published by hand, and the page is photographed as it stands in the system's Chromium. Nothing
leaves the machine. The product knows nothing of this package.
"""
