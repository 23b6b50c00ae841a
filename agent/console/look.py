"""How the console is laid out, and its colours."""

from __future__ import annotations

LAYOUT = """
* {
    scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
    scrollbar-background: $background;
    scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
}
Screen { layout: vertical; }
#head {
    height: 2; padding: 0 1; background: $panel; text-wrap: nowrap; text-overflow: ellipsis;
}
#tabs { height: 1; padding: 0 1; }
#body { height: 1fr; }
.group { width: 1fr; }
.pane {
    border: round $surface-lighten-2; border-title-style: bold; padding: 0 1;
    border-title-color: $foreground;
}
.pane:focus, .pane:focus-within { border: heavy $accent; }
.-compact .pane, .-compact .pane:focus, .-compact .pane:focus-within { border: none; padding: 0 1; }
OptionList {
    text-wrap: nowrap; text-overflow: ellipsis; scrollbar-gutter: stable;
    background: $background; height: 1fr; width: 1fr;
}
OptionList > .option-list--option-disabled { color: $foreground; text-style: bold; }
#tasks { width: 5fr; }
BoardScreen .group { width: 4fr; }
.-compact #tasks, .-compact .group { width: 1fr; }
#curve { height: 2fr; }
#log { height: 3fr; background: $background; overflow-x: hidden; }
.-compact #curve, .-compact #log { height: 1fr; }
#samples { width: 34; }
#samples OptionList, #samples OptionList:focus { border: none; padding: 0; }
#sample-list { height: 3fr; }
#samples #stage-list, #samples #stage-list:focus { height: 2fr; border-top: solid $panel; }
#waiting { width: 2fr; }
WaitingScreen .group { width: 3fr; }
#sections { width: 34; }
.-compact #samples, .-compact #waiting, .-compact #sections { width: 1fr; }
#words { width: 1fr; }
#title, #said { height: 1; padding: 0 1; }
#answer-text, #page-text { width: auto; }
#given { height: auto; max-height: 40%; }
#program { height: 1fr; }
#findings { height: auto; max-height: 10; min-height: 3; }
.-compact #given, .-compact #findings { height: 1fr; max-height: 100%; }
Collapsible { border: none; padding: 0; background: $background; }
.field { height: 1; }
.field Label { width: 12; }
.field Input, .field Select { width: 1fr; }
ModalScreen { align: center middle; }
.dialog {
    width: 76; max-width: 96%; height: auto; max-height: 90%;
    border: heavy $accent; border-title-style: bold; padding: 1 2; background: $surface;
}
.page { width: 100%; }
SelectOverlay { height: auto; max-height: 8; }
.explained { padding: 0 0 1 0; }
"""
