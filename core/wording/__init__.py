"""Every sentence that a person reads, a module per room.

Short, says what happened, whether it cost anything, and what to do next. Rooms ask for a sentence
by function or constant; nothing else in the product holds prose, but settings describe themselves.
"""
