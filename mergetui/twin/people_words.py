"""What colleagues write about people, in the language they speak with them. All of it is invented."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mergetui.twin import people_work as english


@dataclass(frozen=True, slots=True)
class Words:
    """Each is a choice of subjects or short texts."""

    emails: tuple[str, ...]
    calls: tuple[str, ...]
    meetings: tuple[str, ...]
    notes: tuple[str, ...]
    tasks: tuple[str, ...]
    cases: tuple[str, ...]


ENGLISH = Words(english.SALES_EMAILS, english.CALLS, english.MEETINGS, english.NOTES, english.TASKS, english.CASES)

LANGUAGES: dict[str, Words] = {
    "de": Words(
        ("AW: Angebot", "Unser Telefonat am Dienstag", "Unterlagen wie besprochen", "Kurze Vorstellung", "AW: Vertragsentwurf", "Vielen Dank für das Gespräch"),
        ("Erstgespräch", "Nachfassen zum Angebot", "Gespräch zur Verlängerung", "Nicht erreicht, Nachricht hinterlassen", "Fragen zum Preis"),
        ("Produktvorführung", "Quartalsgespräch", "Kick-off", "Mittagessen auf der Messe", "Vertragsverhandlung"),
        ("Möchte vormittags angerufen werden.", "Auf der Messe kennengelernt, großes Interesse an Bahnreisen.", "Budget wird im vierten Quartal entschieden.", "Fragt nach Referenzen aus der Branche.", "Rechnungen bitte per Post."),
        ("Angebot senden", "Zurückrufen", "Vertrag prüfen", "Broschüre schicken", "Verlängerung vorbereiten", "Adresse aktualisieren"),
        ("Rechnung lässt sich nicht herunterladen", "Buchung erscheint doppelt", "Passwort-Mail kommt nicht an", "Erstattung nicht erhalten"),
    ),
    "fr": Words(
        ("RE : proposition", "Notre appel de mardi", "Documents comme convenu", "Présentation", "RE : projet de contrat", "Merci pour cet échange"),
        ("Appel de découverte", "Relance après devis", "Appel de renouvellement", "Sans réponse, message laissé", "Questions sur les tarifs"),
        ("Démonstration du produit", "Point trimestriel", "Réunion de lancement", "Déjeuner au salon", "Négociation du contrat"),
        ("Préfère être appelé le matin.", "Rencontre au salon, très intéressé par le train.", "Budget arbitré au quatrième trimestre.", "Demande des références du secteur.", "Factures par courrier, svp."),
        ("Envoyer la proposition", "Rappeler", "Relire le contrat", "Envoyer la brochure", "Préparer le renouvellement", "Mettre à jour l'adresse"),
        ("Impossible de télécharger la facture", "Réservation affichée deux fois", "E-mail de mot de passe non reçu", "Remboursement non reçu"),
    ),
    "es": Words(
        ("RE: propuesta", "Nuestra llamada del martes", "Documentos según lo acordado", "Presentación", "RE: borrador del contrato", "Gracias por su tiempo"),
        ("Primera llamada", "Seguimiento de la oferta", "Llamada de renovación", "No contesta, mensaje en el buzón", "Preguntas sobre precios"),
        ("Demostración del producto", "Revisión trimestral", "Reunión de arranque", "Comida en la feria", "Negociación del contrato"),
        ("Prefiere llamadas por la mañana.", "Conocido en la feria, muy interesado en el tren.", "El presupuesto se decide en el cuarto trimestre.", "Pide referencias del mismo sector.", "Facturas por correo postal."),
        ("Enviar oferta", "Devolver la llamada", "Revisar el contrato", "Enviar folleto", "Preparar la renovación", "Actualizar la dirección"),
        ("No se puede descargar la factura", "La reserva aparece dos veces", "No llega el correo de contraseña", "Reembolso no recibido"),
    ),
    "it": Words(
        ("R: offerta", "La nostra telefonata di martedì", "Documenti come d'accordo", "Presentazione", "R: bozza del contratto", "Grazie per il colloquio"),
        ("Prima telefonata", "Sollecito offerta", "Telefonata per il rinnovo", "Nessuna risposta, messaggio in segreteria", "Domande sui prezzi"),
        ("Demo del prodotto", "Revisione trimestrale", "Kick-off", "Pranzo in fiera", "Trattativa sul contratto"),
        ("Preferisce essere chiamato al mattino.", "Incontrato in fiera, molto interessato ai treni.", "Il budget si decide nel quarto trimestre.", "Chiede referenze nello stesso settore.", "Fatture per posta."),
        ("Inviare offerta", "Richiamare", "Verificare il contratto", "Inviare brochure", "Preparare il rinnovo", "Aggiornare l'indirizzo"),
        ("Impossibile scaricare la fattura", "Prenotazione visibile due volte", "E-mail della password non arrivata", "Rimborso non ricevuto"),
    ),
    "nl": Words(
        ("RE: offerte", "Ons gesprek van dinsdag", "Documenten zoals beloofd", "Kennismaking", "RE: conceptcontract", "Dank voor het gesprek"),
        ("Kennismakingsgesprek", "Offerte nabellen", "Gesprek over verlenging", "Geen gehoor, voicemail ingesproken", "Vragen over de prijs"),
        ("Productdemo", "Kwartaalgesprek", "Kick-off", "Lunch op de beurs", "Contractonderhandeling"),
        ("Wordt liever 's ochtends gebeld.", "Ontmoet op de beurs, veel interesse in treinreizen.", "Budget wordt in Q4 bepaald.", "Vraagt om referenties uit de branche.", "Facturen graag per post."),
        ("Offerte sturen", "Terugbellen", "Contract nakijken", "Brochure sturen", "Verlenging voorbereiden", "Adres bijwerken"),
        ("Factuur kan niet worden gedownload", "Boeking staat er dubbel", "Wachtwoordmail komt niet aan", "Terugbetaling niet ontvangen"),
    ),
    "pl": Words(
        ("Odp: oferta", "Nasza wtorkowa rozmowa", "Dokumenty zgodnie z ustaleniami", "Przedstawienie oferty", "Odp: projekt umowy", "Dziękuję za rozmowę"),
        ("Rozmowa wstępna", "Rozmowa po ofercie", "Rozmowa o przedłużeniu", "Brak odpowiedzi, nagrano wiadomość", "Pytania o cenę"),
        ("Prezentacja produktu", "Przegląd kwartalny", "Spotkanie startowe", "Obiad na targach", "Negocjacje umowy"),
        ("Prosi o telefon przed południem.", "Poznany na targach, zainteresowany koleją.", "Budżet w czwartym kwartale.", "Prosi o referencje z branży.", "Faktury pocztą."),
        ("Wysłać ofertę", "Oddzwonić", "Sprawdzić umowę", "Wysłać broszurę", "Przygotować przedłużenie", "Zaktualizować adres"),
        ("Nie można pobrać faktury", "Rezerwacja widoczna dwa razy", "Brak wiadomości z hasłem", "Brak zwrotu środków"),
    ),
    "pt": Words(
        ("RE: proposta", "A nossa chamada de terça", "Documentos conforme combinado", "Apresentação", "RE: minuta do contrato", "Obrigado pela conversa"),
        ("Primeira conversa", "Acompanhamento da proposta", "Conversa sobre renovação", "Sem resposta, recado deixado", "Dúvidas sobre preços"),
        ("Demonstração do produto", "Revisão trimestral", "Reunião de arranque", "Almoço na feira", "Negociação do contrato"),
        ("Prefere ligações de manhã.", "Conhecido na feira, muito interesse em trens.", "Orçamento decidido no quarto trimestre.", "Pede referências do mesmo setor.", "Faturas pelo correio."),
        ("Enviar proposta", "Retornar ligação", "Revisar contrato", "Enviar folheto", "Preparar renovação", "Atualizar endereço"),
        ("Não é possível baixar a fatura", "Reserva aparece duas vezes", "E-mail de senha não chega", "Reembolso não recebido"),
    ),
    "sv": Words(
        ("SV: offert", "Vårt samtal i tisdags", "Dokument enligt överenskommelse", "Presentation", "SV: avtalsutkast", "Tack för samtalet"),
        ("Första samtalet", "Uppföljning av offert", "Samtal om förlängning", "Inget svar, lämnade meddelande", "Frågor om priset"),
        ("Produktdemo", "Kvartalsmöte", "Uppstartsmöte", "Lunch på mässan", "Avtalsförhandling"),
        ("Vill bli uppringd på förmiddagen.", "Träffades på mässan, mycket intresserad av tåg.", "Budgeten beslutas i Q4.", "Vill ha referenser från branschen.", "Fakturor per post."),
        ("Skicka offert", "Ring tillbaka", "Granska avtalet", "Skicka broschyr", "Förbered förlängning", "Uppdatera adress"),
        ("Fakturan går inte att ladda ner", "Bokningen visas två gånger", "Lösenordsmejl kommer inte fram", "Återbetalning saknas"),
    ),
    "ja": Words(
        ("Re: お見積りの件", "火曜日のお電話の件", "資料送付のご案内", "ご挨拶", "Re: 契約書案", "お打ち合わせのお礼"),
        ("初回ヒアリング", "見積りフォロー", "更新のご相談", "不在、留守電に伝言", "価格のご質問"),
        ("製品デモ", "四半期レビュー", "キックオフ", "展示会での昼食", "契約交渉"),
        ("午前中の電話を希望。", "展示会で面談。鉄道に強い関心。", "予算は第4四半期に決定。", "同業の導入事例を希望。", "請求書は郵送。"),
        ("見積書を送る", "折り返し電話", "契約書を確認", "パンフレットを送る", "更新の準備", "住所を更新"),
        ("請求書がダウンロードできない", "予約が二重に表示される", "パスワード再設定メールが届かない", "返金が届かない"),
    ),
}


@lru_cache(maxsize=64)
def words_of(language: str) -> Words:
    """The words for a language such as ``de-at``; English where we have none."""
    return LANGUAGES.get(language.partition("-")[0], ENGLISH)
