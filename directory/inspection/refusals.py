"""Why a file is not taken: an exception that carries a sentence for people, and those sentences."""

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """A file is not taken. `str(refused)` is the reason, in the language that is active when asked."""

    def __init__(self, sentence, **values):
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self):
        return str(self.sentence) % {"name": "", **self.values}


EMPTY = _("“%(name)s” is empty.")
TOO_LARGE = _("“%(name)s” is larger than %(most)s.")
NOT_ACCEPTED = _("“%(name)s” is not of an accepted kind. Accepted: %(kinds)s.")
OTHER_KIND = _(
    "“%(name)s” is not what its name says: its content is of the kind %(kind)s. Accepted: %(kinds)s."
)
NOT_THIS_KIND = _(
    "“%(name)s” is not what its name says: its content is not of the kind %(kind)s. Accepted: %(kinds)s."
)
DAMAGED = _("“%(name)s” is damaged or incomplete. Please save it again and send the new file.")
ADDED = _(
    "“%(name)s” holds something else before its beginning or after its end. "
    "Please save it again and send the new file."
)
PROTECTED = _("“%(name)s” is encrypted or protected with a password. Please send it without protection.")
ACTIVE = _("“%(name)s” contains macros, scripts or commands. Please send it without them.")
EMBEDDED = _("“%(name)s” has another file embedded in it. Please take it out and send each file by itself.")
REMOTE = _(
    "“%(name)s” fetches something from another place when it is opened. "
    "Please remove that connection; ordinary links are fine."
)
TOO_COMPLEX = _(
    "“%(name)s” is too large or too unusual inside to be checked. Please send a smaller or simpler file."
)
UNSAFE_NAMES = _(
    "“%(name)s” is not a sound document: it contains unsafe or repeated file names. "
    "Please save it again and send the new file."
)
DECLARATIONS = _(
    "“%(name)s” is not a sound document: it declares XML entities or a document type. "
    "Please save it again and send the new file."
)
TOO_MANY_PIXELS = _("“%(name)s” has more than %(most)s million pixels. Please make it smaller.")
MOVING = _("“%(name)s” is an animated picture. Please send a still one.")
CONTROLS = _("“%(name)s” is not plain text: it contains control characters.")
CHARACTERS = _("The character encoding of “%(name)s” is not recognised. Please save it as UTF-8.")
MARKUP = _("“%(name)s” contains HTML with active parts, which text files may not hold.")
