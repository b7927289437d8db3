from modeltranslation.translator import TranslationOptions, register

from directory.translation import TermTranslation, keep_history, keep_history_of_choices
from workinggroup import models

register(models.DocumentKind)(TermTranslation)


@register(models.WorkingGroup)
class WorkingGroupTranslation(TranslationOptions):
    fields = ("title", "theme_block")


@register([models.ContextParagraph, models.Question])
class PassageTranslation(TranslationOptions):
    fields = ("text",)


@register(models.Meeting)
class MeetingTranslation(TranslationOptions):
    fields = ("title", "purpose")


@register(models.Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title", "text")


@register(models.Call)
class CallTranslation(TranslationOptions):
    fields = ("title", "text", "notice", "consent")


@register(models.CallQuestion)
class CallQuestionTranslation(TranslationOptions):
    fields = ("text",)


keep_history(
    models.WorkingGroup,
    models.ContextParagraph,
    models.Question,
    models.Membership,
    models.Meeting,
    models.Document,
    models.DocumentFile,
    models.Call,
    models.CallQuestion,
    models.LateAccess,
)
keep_history_of_choices(models.WorkingGroup, "organisations", "areas")
