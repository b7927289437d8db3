"""The form of a contribution, and what it must be to be sent."""

import hashlib

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contributions import mail
from contributions.form_parts import (
    MOST_ANSWER,
    MOST_TEXT,
    LinesField,
    Typed,
    check_name,
    clean_agreement,
    clean_co_author,
    clean_link,
    found,
    lines_of,
    words_in,
)
from contributions.models.sending import WORDS
from directory.forms import Words
from directory.models import Organisation
from directory.models.places import CONTINENTS
from directory.text import best_text, language, language_name
from directory.vocabulary import vocabulary
from workinggroup.models import Licence

MOST_SUMMARY = 600


def choices_of(table, keys=None):
    entries = vocabulary()[table]
    return [(key, entries[key].label) for key in (keys or entries) if key in entries]


def place_choices():
    """Continents, then areas that are sets of countries."""
    table = vocabulary()["region"]
    areas = [key for key, entry in table.items() if entry.type == "sse_area"]
    return choices_of("region", [*CONTINENTS, *areas])


def terms_of(call):
    """A short name of what a call asks people to agree to, in whatever language they read it."""
    sentences = (getattr(call, f"consent_{code}") or "" for code, _name in settings.LANGUAGES)
    return hashlib.sha256("\n".join([call.licence, *sentences]).encode()).hexdigest()[:16]


class ContributionForm(forms.Form):
    """Made for a call, whose rules it speaks. `whole` false: after the closing only the words may be
    changed. Labels and errors are for people; what is wrong is asked only when it is sent."""

    required_css_class = "required"

    title = Words(
        label=gettext_lazy("Title"),
        max_length=300,
        error_messages={"required": gettext_lazy("Write a title for the contribution.")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    language = forms.ChoiceField(label=gettext_lazy("Language you write in"))
    summary = Words(
        label=gettext_lazy("Summary"),
        help_text=gettext_lazy("Two or three sentences."),
        max_length=MOST_SUMMARY,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-most-characters": MOST_SUMMARY}),
    )
    text = Words(
        label=gettext_lazy("Text"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 18}),
        error_messages={"required": gettext_lazy("Write the text of the contribution.")},
    )
    links = LinesField(
        label=gettext_lazy("Links"),
        help_text=gettext_lazy("Web addresses, one a line."),
        clean_line=clean_link,
    )
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Regions it speaks of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    sectors = forms.MultipleChoiceField(
        label=gettext_lazy("Sectors it speaks of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    agreements = LinesField(
        label=gettext_lazy("Agreements it speaks of"),
        help_text=gettext_lazy("Titles, or addresses of their pages in the directory, one a line."),
        clean_line=clean_agreement,
    )
    author_name = Words(
        label=gettext_lazy("Your name"),
        help_text=gettext_lazy("Shown with the contribution."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write the name to show with the contribution.")},
    )
    organisation = Words(
        label=gettext_lazy("On behalf of"),
        help_text=gettext_lazy(
            "Name or acronym of an organisation of the directory. The organisation may disown it."
        ),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization", "data-suggest": "organisations"}),
    )
    co_authors = LinesField(
        label=gettext_lazy("Co-authors"),
        help_text=gettext_lazy(
            "One a line: name, comma, e-mail address. Each is asked by mail and shown only after confirming."
        ),
        clean_line=clean_co_author,
        private=True,
    )
    consent = forms.BooleanField(
        error_messages={
            "required": gettext_lazy("We can publish the contribution only if you agree to the licence.")
        },
    )
    # Which sentence and licence the tick was for (`terms_of`).
    agreed_to = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, call, data=None, *, user=None, contribution=None, whole=True, spoilt=()):
        self.call, self.user, self.contribution, self.spoilt = call, user, contribution, spoilt
        changed = data is not None and data.get("agreed_to", "") not in ("", terms_of(call))
        if data is not None:
            data = Typed(data, agreed_to=terms_of(call))
            if changed:
                data.pop("consent", None)
        super().__init__(data, auto_id="%s", initial=self.first_values())
        if changed:
            self.fields["consent"].error_messages["required"] = _(
                "What you agree to has changed since you ticked it. Please read it and tick it again."
            )
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in call.accepted_kinds]
        self.fields["language"].choices = [
            (code, capfirst(language_name(code))) for code in call.accepted_languages
        ]
        self.fields["regions"].choices = place_choices()
        self.fields["sectors"].choices = choices_of("sector")
        self.fields["text"].help_text = self.text_help()
        self.fields["text"].widget.attrs["data-words"] = f"{call.min_words or 0},{call.max_words or 0}"
        self.fields["consent"].label = self.agreement()[0]
        if not call.accepts_links:
            del self.fields["links"]
        self.questions = []
        for question in call.questions.all():
            name = f"answer-{question.pk}"
            self.questions.append(name)
            self.fields[name] = Words(
                label=question.text,
                required=question.required,
                max_length=MOST_ANSWER,
                widget=forms.Textarea(attrs={"rows": 4, "data-words": f"0,{question.max_words or 0}"}),
                help_text=self.most_words(question.max_words),
            )
        if not whole:
            for name in set(self.fields) - set(WORDS):
                del self.fields[name]
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", CLASSES.get(type(field.widget), ""))

    def first_values(self):
        """What a new form begins with: the reader's name, the language of the page."""
        code = language()
        return {
            "author_name": getattr(self.user, "display_name", ""),
            "language": code if code in self.call.accepted_languages else self.call.accepted_languages[0],
            "agreed_to": terms_of(self.call),
        }

    @staticmethod
    def most_words(count):
        return (
            ngettext("At most %(count)s word.", "At most %(count)s words.", count) % {"count": count}
            if count
            else ""
        )

    def text_help(self):
        fewest, most = self.call.min_words, self.call.max_words
        if fewest and most:
            length = _("Between %(fewest)s and %(most)s words.") % {"fewest": fewest, "most": most}
        elif fewest:
            length = ngettext("At least %(count)s word.", "At least %(count)s words.", fewest) % {
                "count": fewest
            }
        else:
            length = self.most_words(most)
        paragraphs = _("Leave an empty line between paragraphs.")
        return f"{length} {paragraphs}".strip()

    def agreement(self):
        """What authors agree to, as the reader sees it: `(sentence, its language)`."""
        own, code = best_text(self.call, "consent")
        if own:
            return own, code
        usual = _(
            "I wrote this text, or those who did agree, and it may be published and translated under the licence %(licence)s."
        )
        return usual % {"licence": Licence(self.call.licence).short}, language()

    # What each must be.

    def clean_title(self):
        title = " ".join(self.cleaned_data["title"].split())
        check_name(title)
        return title

    def clean_author_name(self):
        name = " ".join(self.cleaned_data["author_name"].split())
        check_name(name)
        return name

    def clean_text(self):
        text = self.cleaned_data["text"]
        self.check_words(text, self.call.min_words, self.call.max_words)
        return text

    @staticmethod
    def check_words(text, fewest, most):
        count = words_in(text)
        if fewest and count < fewest:
            raise ValidationError(
                ngettext(
                    "The text has %(count)s word; the minimum is %(fewest)s.",
                    "The text has %(count)s words; the minimum is %(fewest)s.",
                    count,
                )
                % {"count": count, "fewest": fewest}
            )
        if most and count > most:
            raise ValidationError(
                ngettext(
                    "The text has %(count)s word; the maximum is %(most)s.",
                    "The text has %(count)s words; the maximum is %(most)s.",
                    count,
                )
                % {"count": count, "most": most}
            )

    def clean_organisation(self):
        text = " ".join(self.cleaned_data["organisation"].split())
        if not text:
            return None
        record = found(
            Organisation.objects.published().rows(),
            text,
            _(
                "There is no organisation “%(text)s” in the directory. Leave the field empty, or write its name in your text."
            ),
        )
        if self.contribution and self.contribution.was_disowned_by(record):
            raise ValidationError(
                _("%(name)s has said that this was not written on its behalf.") % {"name": record.name}
            )
        return record

    def clean_co_authors(self):
        named = self.cleaned_data["co_authors"]
        own = self.user.email.lower() if self.user and self.user.is_authenticated else None
        people = {email: name for name, email in named}
        if own in people:
            raise ValidationError(_("You are the author; name only the others."))
        self.check_asked(people)
        return [(name, email) for email, name in people.items()]

    def check_asked(self, people):
        """Each new co-author, and who confirmed under another name, gets a letter; nobody causes more
        than so many in a day."""
        if not self.user or not self.user.is_authenticated:
            return
        known = self.contribution.co_authors.not_asked_again(people) if self.contribution else set()
        new = set(people) - known
        if new and mail.asked_within_a_day(self.user) + len(new) > mail.MOST_ASKED:
            raise ValidationError(
                _(
                    "Each co-author gets a letter, and you can have %(count)s sent within 24 hours. Take some off here; you can name them later."
                )
                % {"count": mail.MOST_ASKED}
            )

    def clean(self):
        for name in self.spoilt:
            if name in self.fields:
                self.add_error(
                    name, _("Characters that no text can hold were taken out. Please check what remains.")
                )
        for question in self.call.questions.all():
            name = f"answer-{question.pk}"
            if self.cleaned_data.get(name):
                try:
                    self.check_words(self.cleaned_data[name], None, question.max_words)
                except ValidationError as error:
                    self.add_error(name, error)
        return self.cleaned_data

    @property
    def for_model(self):
        """The cleaned values by the names of the model."""
        data = self.cleaned_data
        answers = {name.removeprefix("answer-"): data[name] for name in self.questions if data.get(name)}
        consent, consent_language = self.agreement()
        return {
            "links": [],
            **{name: value for name, value in data.items() if name not in self.questions},
            "answers": answers,
            "licence": self.call.licence,
            "consent": consent,
            "consent_language": consent_language,
        }

    @property
    def as_typed(self):
        """What stands in the fields that are not right; entries where each line is one."""
        return {
            name: lines_of(self.data.get(name, ""))
            if isinstance(self.fields[name], LinesField)
            else self.data.get(name, "")
            for name in self.errors
            if name in self.fields
        }

    @property
    def answer_fields(self):
        """The questions of the call, as bound fields."""
        return [self[name] for name in self.questions if name in self.fields]

    @property
    def licence_name(self):
        return Licence(self.call.licence).label

    @property
    def licence_url(self):
        return Licence(self.call.licence).url(language())

    @classmethod
    def names_for(cls, call):
        """The fields of the form for a call, in the order they are asked."""
        return [*cls.base_fields, *(f"answer-{question.pk}" for question in call.questions.all())]

    @property
    def folded(self):
        """The fields that stand in a fold, and whether one of them must be seen."""
        return [self[name] for name in ("regions", "sectors", "agreements") if name in self.fields]

    @property
    def folded_open(self):
        return any(field.errors or field.value() for field in self.folded)


CLASSES = {
    forms.TextInput: "input",
    forms.Textarea: "textarea",
    forms.Select: "select",
    forms.EmailInput: "input",
}
