"""The words before the colon, in the languages PostgreSQL's messages come in.

Source: the server's message catalogs (``postgres.mo``) of PostgreSQL 15, and for
Polish and Turkish those of older versions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "DEBUG": "ОТЛАДКА 디버그 调试 除錯 НАЛАГОДЖЕННЯ გამართვა",
    "LOG": "LOGG СООБЩЕНИЕ 로그 日志 日誌 DZIENNIK ЗАПИСУВАННЯ ჟურნალი",
    "INFO": "ИНФОРМАЦИЯ 정보 信息 資訊 INFORMACJA BİLGİ ІНФОРМАЦІЯ ინფორმაცია",
    "NOTICE": "HINWEIS NOTIFICA NOTIS ЗАМЕЧАНИЕ 알림 注意 UWAGA NOT ПОВІДОМЛЕННЯ",
    "WARNING": "WARNUNG ATTENTION ATTENZIONE VARNING ПРЕДУПРЕЖДЕНИЕ 경고 警告"
    " OSTRZEŻENIE UYARI ПОПЕРЕДЖЕННЯ გაფრთხილება",
    "ERROR": "FEHLER ERREUR ERRORE FEL ОШИБКА 오류 错误 錯誤 BŁĄD HATA ПОМИЛКА შეცდომა",
    "FATAL": "FATALE FATALT ВАЖНО 치명적오류 致命错误 致命錯誤 KATASTROFALNY ÖLÜMCÜL"
    " ФАТАЛЬНО ფატალური",
    "PANIC": "PANIK PANICO ПАНИКА 손상 灾难性错误 嚴重錯誤 PANIKA KRİTİK ПАНІКА პანიკა",
    "DETAIL": "DETALLE DÉTAIL DETTAGLI DETALJ ПОДРОБНОСТИ 상세정보 详情 詳情 詳細"
    " SZCZEGÓŁY AYRINTI ВІДОМОСТІ დეტალები",
    "HINT": "TIPP ASTUCE SUGGERIMENTO TIPS ПОДСКАЗКА 힌트 提示 ヒント PODPOWIEDŹ İPUCU"
    " УКАЗІВКА მინიშნება",
    "QUERY": "ANFRAGE CONSULTA REQUÊTE FRÅGA ЗАПРОС 쿼리 查询 查詢 問い合わせ ZAPYTANIE"
    " SORGU ЗАПИТ მოთხოვნა",
    "CONTEXT": "ZUSAMMENHANG CONTEXTO CONTEXTE CONTESTO KONTEXT КОНТЕКСТ 내용 上下文"
    " 文脈 KONTEKST BAĞLAM კონტექსტი",
    "LOCATION": "ORT LIEU",
    "BACKTRACE": "СТЕК 역추적 回溯 バックトレース სტეკი",
    "STATEMENT": "ANWEISUNG SENTENCIA INSTRUCTION ISTRUZIONE SATS ОПЕРАТОР 语句 陳述式"
    " 文 WYRAŻENIE KOMUT ІНСТРУКЦІЯ ოპერატორი",
}
_SPACED = {
    "명령 구문": "STATEMENT",
    "PILE D'APPEL": "BACKTRACE",
    "ÖLÜMCÜL (FATAL)": "FATAL",
}

ENGLISH: Mapping[str, str] = {
    **{word: name for name, words in _WORDS.items() for word in words.split()},
    **_SPACED,
    **{name: name for name in _WORDS},
    **{f"DEBUG{level}": "DEBUG" for level in range(1, 6)},
}
"""The English word for each word of each language."""

COMPANIONS = frozenset(
    {
        "DETAIL",
        "HINT",
        "QUERY",
        "CONTEXT",
        "LOCATION",
        "BACKTRACE",
        "STATEMENT",
    }
)
"""Words that continue the message before them."""

SEVERITY_PATTERN = (
    "(?P<severity>"
    + "|".join(re.escape(word) for word in sorted(ENGLISH, key=len, reverse=True))
    + ") ?:(?:  | |(?=\r?$))"
)
"""A severity, the colon and the two blanks the server writes (some relays leave one).

French puts a blank before the colon.
"""

_SEVERITY = re.compile(SEVERITY_PATTERN, re.MULTILINE)
_ENDS = frozenset(word[-1] for word in ENGLISH)
_DEBUG_LEVELS = frozenset("12345")


def has_severity(line: str, start: int, limit: int) -> bool:
    """Whether a severity stands in a part of a line.

    Most colons end no severity, which their neighbours tell without the expression.
    """
    at = line.find(":", start, limit)
    while at != -1:
        end = at - 1 if line[at - 1] == " " else at
        last = line[end - 1]
        if last in _ENDS and (
            last not in _DEBUG_LEVELS or line[end - 6 : end - 1] == "DEBUG"
        ):
            return _SEVERITY.search(line, start, limit) is not None
        at = line.find(":", at + 1, limit)
    return False
