"""Signing in and out, and what a browser remembers."""

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tallystick.web.forms.sign_in import SignInForm

_YEAR_SECONDS = 365 * 24 * 3600


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    form = SignInForm(request.POST or None, address=request.META.get("REMOTE_ADDR", ""))
    if request.method == "POST" and form.is_valid() and form.user:
        login(request, form.user)
        return redirect(_local(request, request.POST.get("next", ""), otherwise="home"))
    context = {"form": form, "next": request.GET.get("next", request.POST.get("next", ""))}
    return render(request, "web/pages/sign_in.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    response = redirect(_local(request, request.POST.get("next", ""), otherwise="home"))
    if theme in {"light", "dark"}:
        response.set_cookie("tallystick_theme", theme, max_age=_YEAR_SECONDS, samesite="Lax")
    else:
        response.delete_cookie("tallystick_theme", samesite="Lax")
    return response


def _local(request: HttpRequest, target: str, *, otherwise: str) -> str:
    here = {request.get_host()}
    if target and url_has_allowed_host_and_scheme(target, here, require_https=request.is_secure()):
        return target
    return resolve_url(otherwise)
