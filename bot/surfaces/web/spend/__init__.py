"""What was spent, on the page: a month by person, model and day, and the same as a table to keep.

asking   what an address asks for: which month, and what a picture is charged back at
plot     the days of a month as bars, in the units of the drawing
table    the same as a table to keep
view     the routes: the page, and the CSV
"""
