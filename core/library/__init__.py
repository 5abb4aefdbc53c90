"""Images: what is kept of them, and how their bytes are judged, cleaned and shown small.

a file comes in   uploading (from a chat) → ingesting, bringing (from an address) → intake
it is judged      examination → examiner, a process apart → decoding: containers/ taken apart,
bitstreams and progression decoded
it is kept        images (the row), keys (its names in a store), removal
it is shown       pictures (small versions), numbering, sheets, prints, originals, cards
it gets words     captions (plain ones), captioning (an AI's), describing (people's)
it is found       search (what is asked), finding (the answers, page by page)
in a chat         browsing (where somebody stands), panels (how that looks), passport
"""
