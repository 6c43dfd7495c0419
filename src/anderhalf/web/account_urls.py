"""Sign-in, sign-out, password and second factor: only the pages of allauth that this service uses."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa_base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from . import account_views

urlpatterns = [
    path("inloggen/", login_not_required(account_views.sign_in), name="account_login"),
    path("uitloggen/", login_not_required(account.logout), name="account_logout"),
    path("gesloten/", login_not_required(account.account_inactive), name="account_inactive"),
    path("herbevestigen/", account.reauthenticate, name="account_reauthenticate"),
    path("wachtwoord/", account.password_change, name="account_change_password"),
    path("inloggen/code/", login_not_required(account_views.code), name="mfa_authenticate"),
    path("tweede-stap/herbevestigen/", mfa_base.reauthenticate, name="mfa_reauthenticate"),
    path("tweede-stap/", mfa_base.index, name="mfa_index"),
    path("tweede-stap/instellen/", account_views.set_up_code, name="mfa_activate_totp"),
    path("tweede-stap/uitzetten/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("herstelcodes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("herstelcodes/maken/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("herstelcodes/bestand/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
]
