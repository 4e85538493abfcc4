"""People in the admin. Only superusers make or change accounts; instructors read."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from lab.people import services
from lab.people.models import Person


class LimitedSignIn(AdminAuthenticationForm):
    """The admin's sign-in, with the same patience for wrong passwords as the pages'."""

    def clean(self) -> dict[str, Any]:
        try:
            services.sign_in_allowed(self.cleaned_data.get("username", ""), services.address_of(self.request))
        except services.TooManyTriesError as error:
            raise ValidationError(str(error)) from None
        return super().clean()


admin.site.login_form = LimitedSignIn
admin.site.site_header = admin.site.site_title = "HAMLET"
admin.site.index_title = "The lab"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Instructors look; what may be done is an action."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_instructor

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Person)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Name", {"fields": ("first_name", "last_name")}),
        ("Rights", {"fields": ("role", "is_active", "is_superuser")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "role", "usable_password", "password1", "password2")}),
    )
    filter_horizontal = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_instructor

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)
