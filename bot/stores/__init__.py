"""Stores of pictures from the command line: `imagedesk storage check`, `sweep` and `move`.

`probing` tries each thing that the desk does with a store and says how to mend what fails;
`permissions` writes what to paste at S3. `moving` copies everything from one store to another,
`journal` remembers what is over, and `report` shows an operator how far it is. `sweeping` lists
what no row names. None of them knows
a store by more than its name.
"""
