"""Addresses of the pages. None contains the word Xero: documents link here from there, and Xero
refuses such addresses."""

from django.urls import URLPattern, URLResolver, path

from tallystick.web.views import assets, gallery, home, search, session

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.arrive, name="home"),
    path("sign-in/", session.sign_in, name="login"),
    path("sign-out/", session.sign_out, name="logout"),
    path("theme/", session.choose_theme, name="theme"),
    path("w/<slug:slug>/", home.show, name="workspace-home"),
    path("w/<slug:slug>/search/", search.show, name="search"),
    path("gallery/", gallery.show, name="gallery"),
    path("assets/<str:digest>/<str:name>", assets.show, name="asset"),
]
