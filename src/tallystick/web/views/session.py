"""Signing in and out, and what a browser remembers."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from tallystick.web.forms.sign_in import SignInForm
from tallystick.web.request_values import path_in
from tallystick.web.views.act_responses import go_back, way_back
from tallystick.workspaces import devices
from tallystick.workspaces.devices import Device

_YEAR_SECONDS = 365 * 24 * 3600


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("home")
    device = Device.read(request.COOKIES.get(devices.COOKIE, ""))
    address = request.META.get("REMOTE_ADDR", "")
    form = SignInForm(request.POST or None, address=address, device=device)
    if request.method == "POST" and form.is_valid() and form.user:
        login(request, form.user)
        response = go_back(request, way_back(request, "home"))
        _remember(response, device.remembering(form.user.email))
        return response
    asked = request.GET.get("next", request.POST.get("next", ""))
    context = {"form": form, "next": path_in(asked)}
    answer = render(request, "web/pages/sign_in.html", context)
    if form.later:
        answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
        answer["Retry-After"] = str(int(form.later.wait.total_seconds()) + 1)
    return answer


def _remember(response: HttpResponse, device: Device) -> None:
    response.set_cookie(
        devices.COOKIE,
        device.cookie(),
        max_age=devices.COOKIE_SECONDS,
        path=reverse("login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    response = go_back(request, way_back(request, "home"))
    if theme in {"light", "dark"}:
        response.set_cookie("tallystick_theme", theme, max_age=_YEAR_SECONDS, samesite="Lax")
    else:
        response.delete_cookie("tallystick_theme", samesite="Lax")
    return response
