"""Chromium 83 under JSON lines: PyQtWebEngine 5.15.6 over QtWebEngine 5.15.2 (see README.md)."""

from types import SimpleNamespace

from PyQt5.QtCore import QObject, QTimer, QUrl, pyqtSignal
from PyQt5.QtNetwork import QNetworkCookie
from PyQt5.QtWebEngineWidgets import (
    QWebEnginePage,
    QWebEngineProfile,
    QWebEngineSettings,
    QWebEngineView,
)
from PyQt5.QtWidgets import QApplication
from qtdriver import run

QT = SimpleNamespace(
    QApplication=QApplication,
    QObject=QObject,
    QUrl=QUrl,
    Timer=QTimer,
    Signal=pyqtSignal,
    Cookie=QNetworkCookie,
    Page=QWebEnginePage,
    Profile=QWebEngineProfile,
    View=QWebEngineView,
    granted=QWebEnginePage.PermissionGrantedByUser,
    enabled=[QWebEngineSettings.ScreenCaptureEnabled, QWebEngineSettings.JavascriptEnabled],
    run_js=lambda page, js, then: page.runJavaScript(js, then),
)

if __name__ == "__main__":
    run(QT)
