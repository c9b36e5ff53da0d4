from django.urls import include, path

urlpatterns = [path("", include("tallystick.web.urls"))]

handler400 = "tallystick.web.views.errors.not_understood"
handler403 = "tallystick.web.views.errors.forbidden"
handler404 = "tallystick.web.views.errors.not_found"
handler500 = "tallystick.web.views.errors.failed"
