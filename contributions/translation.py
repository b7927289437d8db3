from modeltranslation.translator import TranslationOptions, register

from contributions import models
from directory.translation import TermTranslation, keep_history

register([models.ChallengeCategory, models.GuidelineCategory])(TermTranslation)


@register([models.Challenge, models.Guideline])
class OutcomeTranslation(TranslationOptions):
    fields = ("text",)


@register(models.ReasonTemplate)
class ReasonTemplateTranslation(TranslationOptions):
    fields = ("label", "text")


keep_history(models.Contribution, models.ContributionTranslation, models.Challenge, models.Guideline)
