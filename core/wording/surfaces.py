"""What the chats themselves need said: names and labels in manifests and menus, and the few
sentences that only a surface can have cause for.

Constants only; no platform's types.
"""

APP_NAME = "Image Desk"
APP_DESCRIPTION = "Makes, keeps and publishes your team's pictures, right in the chat."
BACKGROUND_COLOUR = "#1f2937"

GENERATE_HERE = "Generate here"
GENERATE_HERE_DESCRIPTION = "Make pictures in this message's thread"

OPEN_FORM = "Open the form"
FORM_LATE = "The form did not open in time. Please try that once more."
PICTURES_COMING = "The pictures are coming …"
PICTURES_FAILED = "The pictures could not be brought here this time; all else works. Open this \
again to try once more."

CORRECT_THIS = "Please correct this:"
FILL_IN_AGAIN = "Fill in again"
CHOOSE_AGAIN = "Please choose the files again: they were not kept."
FORM_IS_GONE = "This form is no longer kept. Please use the command once more."
SHOW = "Show"
SHOW_PRIVATELY = "Only you will see this."
PANEL_LATE = "That could not be shown in time. Nothing is lost. Please try that once more."
PICTURES_MISSING = "Not every picture could be loaded. Please try that once more in a moment."
NOTHING_WAS_DONE = "The desk could not write that down. Nothing was done and nothing paid. Please \
try again."
