from django.urls import include, path

urlpatterns = [path("", include("tallystick.web.urls"))]
