"""The library on the page: a grid in which one searches, and each image with its passport.

asking   what an address of the library asks for, and addresses for other questions
shelf    rows → what the templates show
grid     reading: the grid and its parts, one image with its passport
pixels   an image's bytes in the sizes that the page shows
dooming  what deleting several images would do, told before
acts     what people do to images: describe, star, tag, delete, save, put into a post
archive  many originals as one zip, streamed
"""
