"""Chromium 108 under JSON lines: PySide6 6.5.3 (see README.md)."""

from types import SimpleNamespace

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtNetwork import QNetworkCookie
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication
from qtdriver import run

QT = SimpleNamespace(
    QApplication=QApplication,
    QObject=QObject,
    QUrl=QUrl,
    Timer=QTimer,
    Signal=Signal,
    Cookie=QNetworkCookie,
    Page=QWebEnginePage,
    Profile=QWebEngineProfile,
    View=QWebEngineView,
    granted=QWebEnginePage.PermissionPolicy.PermissionGrantedByUser,
    enabled=[
        QWebEngineSettings.WebAttribute.ScreenCaptureEnabled,
        QWebEngineSettings.WebAttribute.JavascriptEnabled,
    ],
    run_js=lambda page, js, then: page.runJavaScript(js, 0, then),
)

if __name__ == "__main__":
    run(QT)
