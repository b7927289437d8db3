"""Pages that partner sites show in a frame: any site may, they set no cookie and carry no navigation."""

from functools import wraps

from csp.decorators import csp_replace
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

THEMES = ("light", "dark")


def embeddable(view):
    """Let any site show the page in a frame. `?theme=light` or `dark` fits it to the site around it."""

    @wraps(view)
    def framed(request, *args, **kwargs):
        theme = request.GET.get("theme", "")
        request.frame_theme = theme if theme in THEMES else ""
        response = view(request, *args, **kwargs)
        # The page it shows a part of is the one to find.
        response["X-Robots-Tag"] = "noindex"
        return response

    return require_safe(xframe_options_exempt(csp_replace({"frame-ancestors": ["*"]})(framed)))
