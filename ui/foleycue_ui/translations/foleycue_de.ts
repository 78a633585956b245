<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Actions</name>
    <message>
        <source>Panel</source>
        <translation>Panel</translation>
    </message>
    <message>
        <source>Open a timeline or clip</source>
        <translation>Timeline oder Clip öffnen</translation>
    </message>
    <message>
        <source>Back, cancel, or leave a field</source>
        <translation>Zurück, abbrechen oder ein Feld verlassen</translation>
    </message>
    <message>
        <source>Engines and models</source>
        <translation>Engines und Modelle</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>More room for the cues</source>
        <translation>Mehr Platz für die Cues</translation>
    </message>
    <message>
        <source>More room for the takes</source>
        <translation>Mehr Platz für die Takes</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Takes</translation>
    </message>
    <message>
        <source>Choose take {number}</source>
        <translation>Take {number} wählen</translation>
    </message>
    <message>
        <source>Insert the chosen take</source>
        <translation>Gewählten Take einfügen</translation>
    </message>
    <message>
        <source>Insert all stems of the round</source>
        <translation>Alle Stems des Durchgangs einfügen</translation>
    </message>
    <message>
        <source>Change over between two takes</source>
        <translation>Zwischen zwei Takes umschalten</translation>
    </message>
    <message>
        <source>Star the chosen take</source>
        <translation>Gewählten Take mit Stern versehen</translation>
    </message>
    <message>
        <source>Same prompt, new seed</source>
        <translation>Gleicher Prompt, neuer Seed</translation>
    </message>
    <message>
        <source>Rename the chosen take</source>
        <translation>Gewählten Take umbenennen</translation>
    </message>
    <message>
        <source>Cues</source>
        <translation>Cues</translation>
    </message>
    <message>
        <source>Undo the last change of cues or insertion</source>
        <translation>Letzte Änderung an Cues oder Einfügung rückgängig machen</translation>
    </message>
    <message>
        <source>Redo the last change of cues</source>
        <translation>Letzte Änderung an Cues wiederherstellen</translation>
    </message>
    <message>
        <source>Delete the selected cues</source>
        <translation>Ausgewählte Cues löschen</translation>
    </message>
    <message>
        <source>Add a cue at the playhead</source>
        <translation>Cue an der Abspielmarke setzen</translation>
    </message>
    <message>
        <source>Select the previous cue</source>
        <translation>Vorigen Cue wählen</translation>
    </message>
    <message>
        <source>Select the next cue</source>
        <translation>Nächsten Cue wählen</translation>
    </message>
    <message>
        <source>Select all cues</source>
        <translation>Alle Cues wählen</translation>
    </message>
    <message>
        <source>Cue lane: zoom in</source>
        <translation>Cue-Spur: vergrößern</translation>
    </message>
    <message>
        <source>Cue lane: zoom out</source>
        <translation>Cue-Spur: verkleinern</translation>
    </message>
    <message>
        <source>Cue lane: show the whole range</source>
        <translation>Cue-Spur: ganzen Bereich zeigen</translation>
    </message>
    <message>
        <source>Cue lane: show the selected cues</source>
        <translation>Cue-Spur: gewählte Cues zeigen</translation>
    </message>
    <message>
        <source>Cues from the picture</source>
        <translation>Cues aus dem Bild</translation>
    </message>
    <message>
        <source>Cues from the guide track</source>
        <translation>Cues aus dem Leitton</translation>
    </message>
    <message>
        <source>Remove all cues</source>
        <translation>Alle Cues entfernen</translation>
    </message>
    <message>
        <source>Import cues</source>
        <translation>Cues importieren</translation>
    </message>
    <message>
        <source>Export cues</source>
        <translation>Cues exportieren</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Play backward, faster with each press</source>
        <translation>Rückwärts, mit jedem Druck schneller</translation>
    </message>
    <message>
        <source>Stop; held with J or L: half speed</source>
        <translation>Anhalten; mit J oder L gehalten: halbes Tempo</translation>
    </message>
    <message>
        <source>Play onward, faster with each press</source>
        <translation>Vorwärts, mit jedem Druck schneller</translation>
    </message>
    <message>
        <source>To the start of the range</source>
        <translation>An den Anfang des Bereichs</translation>
    </message>
    <message>
        <source>Back one frame</source>
        <translation>Ein Bild zurück</translation>
    </message>
    <message>
        <source>On one frame</source>
        <translation>Ein Bild weiter</translation>
    </message>
    <message>
        <source>Back one second</source>
        <translation>Eine Sekunde zurück</translation>
    </message>
    <message>
        <source>On one second</source>
        <translation>Eine Sekunde weiter</translation>
    </message>
    <message>
        <source>Play in a loop, or once</source>
        <translation>In Schleife oder einmal abspielen</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>Stumm schalten</translation>
    </message>
    <message>
        <source>Hear the take, or not</source>
        <translation>Take hören oder nicht</translation>
    </message>
    <message>
        <source>Hear the guide track, or not</source>
        <translation>Leitton hören oder nicht</translation>
    </message>
    <message>
        <source>Show the picture large</source>
        <translation>Bild groß zeigen</translation>
    </message>
    <message>
        <source>Perform and region</source>
        <translation>Einspielen und Bildausschnitt</translation>
    </message>
    <message>
        <source>Perform cues: start or stop</source>
        <translation>Cues einspielen: beginnen oder beenden</translation>
    </message>
    <message>
        <source>Measure the latency of taps</source>
        <translation>Verzögerung beim Tippen messen</translation>
    </message>
    <message>
        <source>Open or close performing</source>
        <translation>Einspielen auf- oder zuklappen</translation>
    </message>
    <message>
        <source>Point at objects in the picture</source>
        <translation>Auf Objekte im Bild zeigen</translation>
    </message>
    <message>
        <source>Use the whole picture</source>
        <translation>Ganzes Bild verwenden</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Klang</translation>
    </message>
    <message>
        <source>Generate takes</source>
        <translation>Takes erzeugen</translation>
    </message>
    <message>
        <source>Write the prompt</source>
        <translation>Prompt schreiben</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Vorlagen</translation>
    </message>
    <message>
        <source>History of prompts</source>
        <translation>Frühere Prompts</translation>
    </message>
    <message>
        <source>Free the engine's memory</source>
        <translation>Speicher der Engine freigeben</translation>
    </message>
</context><context>
    <name>Amounts</name>
    <message>
        <source>en_GB</source>
        <translation>de_DE</translation>
    </message>
    <message>
        <source>{count} bytes</source>
        <translation>{count} Byte</translation>
    </message>
    <message>
        <source>{count} s left</source>
        <translation>noch {count} s</translation>
    </message>
    <message>
        <source>{count} min left</source>
        <translation>noch {count} min</translation>
    </message>
</context><context>
    <name>Analysis</name>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
</context><context>
    <name>Ask</name>
    <message>
        <source>One stem each object</source>
        <translation>Ein Stem je Objekt</translation>
    </message>
    <message>
        <source>Takes of each object by itself, with its own name, cues and track</source>
        <translation>Takes von jedem Objekt für sich, mit eigenem Namen, eigenen Cues und eigener Spur</translation>
    </message>
    <message>
        <source>Stereo by place</source>
        <translation>Stereo nach Ort</translation>
    </message>
    <message>
        <source>Two channels, panned by where the object is in the picture</source>
        <translation>Zwei Kanäle, verteilt danach, wo das Objekt im Bild ist</translation>
    </message>
    <message>
        <source>Number of takes</source>
        <translation>Anzahl der Takes</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
    </message>
    <message>
        <source>random</source>
        <translation>zufällig</translation>
    </message>
    <message>
        <source>Seed of the first take; empty: a new one each time</source>
        <translation>Seed des ersten Takes; leer: jedes Mal ein neuer</translation>
    </message>
    <message>
        <source>Leave the seed to chance</source>
        <translation>Seed dem Zufall überlassen</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Takes</translation>
    </message>
    <message>
        <source>{engine} (not installed)</source>
        <translation>{engine} (nicht installiert)</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Vorlagen</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>Name der Vorlage</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Sichern</translation>
    </message>
    <message>
        <source>Save the words as a preset</source>
        <translation>Worte als Vorlage sichern</translation>
    </message>
    <message>
        <source>Keep prompt, “not this” and switches under this name</source>
        <translation>Prompt, „Nicht das“ und Schalter unter diesem Namen behalten</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Give the chosen preset this name</source>
        <translation>Der gewählten Vorlage diesen Namen geben</translation>
    </message>
    <message>
        <source>Delete the chosen preset</source>
        <translation>Gewählte Vorlage löschen</translation>
    </message>
    <message>
        <source>The preset “{name}” was deleted.</source>
        <translation>Die Vorlage „{name}“ wurde gelöscht.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Search the history</source>
        <translation>Frühere durchsuchen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Words that the prompt holds, in any order</source>
        <translation>Wörter aus dem Prompt, in beliebiger Reihenfolge</translation>
    </message>
    <message>
        <source>Prompts that were used, newest first</source>
        <translation>Benutzte Prompts, der neueste zuerst</translation>
    </message>
    <message>
        <source>No prompt holds these words.</source>
        <translation>Kein Prompt enthält diese Wörter.</translation>
    </message>
    <message>
        <source>What you generate is remembered here.</source>
        <translation>Was erzeugt wird, bleibt hier gemerkt.</translation>
    </message>
    <message>
        <source>Not: {words}</source>
        <translation>Nicht: {words}</translation>
    </message>
    <message>
        <source>No speech</source>
        <translation>Keine Sprache</translation>
    </message>
    <message>
        <source>No music</source>
        <translation>Keine Musik</translation>
    </message>
    <message>
        <source>Compare with other engines</source>
        <translation>Mit anderen Engines vergleichen</translation>
    </message>
    <message>
        <source>Same words, cues and seeds, made by this engine too</source>
        <translation>Gleiche Worte, Cues und Seeds, auch von dieser Engine erzeugt</translation>
    </message>
    <message>
        <source>Compared with {engines}</source>
        <translation>Verglichen mit {engines}</translation>
    </message>
    <message>
        <source>Let other engines make the same, to compare</source>
        <translation>Andere Engines dasselbe erzeugen lassen, zum Vergleich</translation>
    </message>
    <message>
        <source>Words under a name, to use again</source>
        <translation>Worte unter einem Namen, zum Wiederverwenden</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>What you asked for before</source>
        <translation>Was früher verlangt wurde</translation>
    </message>
    <message>
        <source>Shots</source>
        <translation>Shots</translation>
    </message>
    <message>
        <source>Another prompt for each shot</source>
        <translation>Ein eigener Prompt für jeden Shot</translation>
    </message>
    <message>
        <source>Tune</source>
        <translation>Feinheiten</translation>
    </message>
    <message>
        <source>How strongly the engine follows what</source>
        <translation>Wie stark die Engine wem folgt</translation>
    </message>
    <message>
        <source>Sounds …</source>
        <translation>Klänge …</translation>
    </message>
    <message>
        <source>Sounds</source>
        <translation>Klänge</translation>
    </message>
    <message>
        <source>All sounds that this engine knows; one that is picked joins the prompt</source>
        <translation>Alle Klänge, die diese Engine kennt; ein gewählter kommt zum Prompt</translation>
    </message>
    <message>
        <source>Heard as: {sounds}</source>
        <translation>Verstanden als: {sounds}</translation>
    </message>
    <message>
        <source>The engine does not know this. Nearest:</source>
        <translation>Das kennt die Engine nicht. Am nächsten:</translation>
    </message>
    <message>
        <source>Suggested:</source>
        <translation>Vorschläge:</translation>
    </message>
    <message>
        <source>Ask for this instead</source>
        <translation>Stattdessen dies verlangen</translation>
    </message>
    <message>
        <source>Add this to the prompt</source>
        <translation>Dies an den Prompt anfügen</translation>
    </message>
    <message>
        <source>A double click, or Backspace, goes back to the usual.</source>
        <translation>Doppelklick oder Rücktaste stellt das Übliche wieder her.</translation>
    </message>
    <message>
        <source>Way of working</source>
        <translation>Arbeitsweise</translation>
    </message>
    <message>
        <source>As FoleyCue finds best, or as the engine's authors published it</source>
        <translation>Wie FoleyCue es am besten findet oder wie die Autoren der Engine es veröffentlicht haben</translation>
    </message>
    <message>
        <source>This engine has nothing to fine-tune.</source>
        <translation>Bei dieser Engine lässt sich nichts fein einstellen.</translation>
    </message>
    <message>
        <source>usual</source>
        <translation>üblich</translation>
    </message>
    <message>
        <source>Follow the words</source>
        <translation>Den Worten folgen</translation>
    </message>
    <message>
        <source>How closely the sound keeps to the prompt</source>
        <translation>Wie eng sich der Klang an den Prompt hält</translation>
    </message>
    <message>
        <source>Follow the cues</source>
        <translation>Den Cues folgen</translation>
    </message>
    <message>
        <source>How sharply sounds stand on the cues</source>
        <translation>Wie scharf Klänge auf den Cues sitzen</translation>
    </message>
    <message>
        <source>Follow the picture</source>
        <translation>Dem Bild folgen</translation>
    </message>
    <message>
        <source>How much the picture itself shapes the sound</source>
        <translation>Wie sehr das Bild selbst den Klang formt</translation>
    </message>
    <message>
        <source>Match the picture</source>
        <translation>Zum Bild passen</translation>
    </message>
    <message>
        <source>How firmly its own classifier holds sounds to what is seen</source>
        <translation>Wie fest der eigene Klassifikator Klänge an das Gesehene bindet</translation>
    </message>
    <message>
        <source>Usual</source>
        <translation>Üblich</translation>
    </message>
    <message>
        <source>As published</source>
        <translation>Wie veröffentlicht</translation>
    </message>
    <message>
        <source>As its authors trained it</source>
        <translation>Wie seine Autoren es trainiert haben</translation>
    </message>
    <message>
        <source>As published, with its chance in training</source>
        <translation>Wie veröffentlicht, mit dem Zufall des Trainings</translation>
    </message>
    <message>
        <source>The range shows one shot only: its prompt is the one above.</source>
        <translation>Der Bereich zeigt nur einen Shot: Für ihn gilt der Prompt oben.</translation>
    </message>
    <message>
        <source>Prompt of shot {number}, from {timecode}</source>
        <translation>Prompt des Shots {number}, ab {timecode}</translation>
    </message>
    <message>
        <source>same as above</source>
        <translation>wie oben</translation>
    </message>
    <message>
        <source>gap</source>
        <translation>Lücke</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>Erzeugen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel the generation</source>
        <translation>Erzeugung abbrechen</translation>
    </message>
    <message>
        <source>Stop the generation that runs</source>
        <translation>Die laufende Erzeugung anhalten</translation>
    </message>
    <message>
        <source>Queue 1 more take</source>
        <translation>1 weiteren Take einreihen</translation>
    </message>
    <message>
        <source>Queue {count} more takes</source>
        <translation>{count} weitere Takes einreihen</translation>
    </message>
    <message>
        <source>Generate 1 take</source>
        <translation>1 Take erzeugen</translation>
    </message>
    <message>
        <source>Generate {count} takes</source>
        <translation>{count} Takes erzeugen</translation>
    </message>
    <message>
        <source>Make new takes of the marked range</source>
        <translation>Neue Takes für den markierten Bereich machen</translation>
    </message>
    <message>
        <source>{what}: {about} on this computer</source>
        <translation>{what}: {about} auf diesem Rechner</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>What is heard, in your own words</source>
        <translation>Was zu hören ist, in eigenen Worten</translation>
    </message>
    <message>
        <source>What is heard: a hammer on wood, boots on gravel …</source>
        <translation>Was zu hören ist (Englisch): a hammer on wood, boots on gravel …</translation>
    </message>
    <message>
        <source>Not this</source>
        <translation>Nicht das</translation>
    </message>
    <message>
        <source>Not this: wind, echo …</source>
        <translation>Nicht: wind, echo …</translation>
    </message>
    <message>
        <source>What should not be heard</source>
        <translation>Was nicht zu hören sein soll</translation>
    </message>
    <message>
        <source>Keep voices out of the sound</source>
        <translation>Stimmen aus dem Klang heraushalten</translation>
    </message>
    <message>
        <source>Keep music out of the sound</source>
        <translation>Musik aus dem Klang heraushalten</translation>
    </message>
    <message>
        <source>{count} characters more than the {most} that a prompt may have are left out.</source>
        <translation>{count} Zeichen über die {most} hinaus, die ein Prompt haben darf, werden weggelassen.</translation>
    </message>
</context><context>
    <name>Editors</name>
    <message>
        <source>{title} in {editor}</source>
        <translation>{title} in {editor}</translation>
    </message>
    <message>
        <source>The editor was closed: open its timeline again.</source>
        <translation>Das Schnittprogramm wurde geschlossen: Die Timeline dort wieder öffnen.</translation>
    </message>
    <message>
        <source>No take lies on exactly this range in {editor}: insert this one instead.</source>
        <translation>Auf genau diesem Bereich liegt in {editor} kein Take: Diesen stattdessen einfügen.</translation>
    </message>
    <message>
        <source>{editor} runs with {title}.</source>
        <translation>{editor} läuft mit {title}.</translation>
    </message>
    <message>
        <source>Open its timeline</source>
        <translation>Dessen Timeline öffnen</translation>
    </message>
</context><context>
    <name>Insertion</name>
    <message>
        <source>The take lies on {track} of {editor} at {timecode}.</source>
        <translation>Der Take liegt auf {track} in {editor} bei {timecode}.</translation>
    </message>
    <message>
        <source>The stems lie on {track} of {editor} at {timecode}.</source>
        <translation>Die Stems liegen auf {track} von {editor} bei {timecode}.</translation>
    </message>
    <message>
        <source>Inserted on track {track} at {timecode} of {file}.</source>
        <translation>Eingefügt auf Spur {track} bei {timecode} in {file}.</translation>
    </message>
    <message>
        <source>Inserted on tracks {track} at {timecode} of {file}.</source>
        <translation>Eingefügt auf den Spuren {track} bei {timecode} von {file}.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>The insertion was undone.</source>
        <translation>Das Einfügen wurde rückgängig gemacht.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>{file} was changed by another program since: insert the take beside what lies there.</source>
        <translation>{file} wurde inzwischen von einem anderen Programm geändert: Den Take neben dem einfügen, was dort liegt.</translation>
    </message>
</context><context>
    <name>Job</name>
    <message>
        <source>Loading the engine</source>
        <translation>Engine wird geladen</translation>
    </message>
    <message>
        <source>Reading the picture</source>
        <translation>Bild wird gelesen</translation>
    </message>
    <message>
        <source>Finding cues</source>
        <translation>Cues werden gesucht</translation>
    </message>
    <message>
        <source>Reading the prompt</source>
        <translation>Prompt wird gelesen</translation>
    </message>
    <message>
        <source>Making sound</source>
        <translation>Klang entsteht</translation>
    </message>
    <message>
        <source>Shaping the wave</source>
        <translation>Welle wird geformt</translation>
    </message>
    <message>
        <source>Aligning to the cues</source>
        <translation>Wird an die Cues gelegt</translation>
    </message>
    <message>
        <source>Writing the take</source>
        <translation>Take wird geschrieben</translation>
    </message>
    <message>
        <source>{seconds} s left</source>
        <translation>noch {seconds} s</translation>
    </message>
    <message>
        <source>{minutes} min left</source>
        <translation>noch {minutes} min</translation>
    </message>
    <message>
        <source>about {seconds} s</source>
        <translation>etwa {seconds} s</translation>
    </message>
    <message>
        <source>about {minutes} min</source>
        <translation>etwa {minutes} min</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>Wird abgebrochen …</translation>
    </message>
    <message>
        <source>Preparing…</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>Waiting for the backend…</source>
        <translation>Wartet auf das Backend …</translation>
    </message>
    <message>
        <source>Waiting behind {count} other jobs…</source>
        <translation>Wartet hinter {count} anderen Aufträgen …</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>{number} von {count}</translation>
    </message>
    <message>
        <source>step {step}/{steps}</source>
        <translation>Schritt {step}/{steps}</translation>
    </message>
</context><context>
    <name>Lane</name>
    <message>
        <source>{count} cues from {name}.</source>
        <translation>{count} Cues aus {name}.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>{count} cues written to {name}.</source>
        <translation>{count} Cues in {name} geschrieben.</translation>
    </message>
    <message>
        <source>Cues belong to a range: open a timeline or clip and mark one.</source>
        <translation>Cues gehören zu einem Bereich: Timeline oder Clip öffnen und einen markieren.</translation>
    </message>
    <message>
        <source>Finding cues…</source>
        <translation>Cues werden gesucht …</translation>
    </message>
    <message>
        <source>No cues yet</source>
        <translation>Noch keine Cues</translation>
    </message>
    <message>
        <source>No cues: click to add</source>
        <translation>Keine Cues: Klick setzt einen</translation>
    </message>
    <message>
        <source>from the picture</source>
        <translation>aus dem Bild</translation>
    </message>
    <message>
        <source>from the guide track</source>
        <translation>aus dem Leitton</translation>
    </message>
    <message>
        <source>yours</source>
        <translation>eigene</translation>
    </message>
    <message>
        <source>performed</source>
        <translation>eingespielt</translation>
    </message>
    <message>
        <source>Cue {number} of {count}, {seconds:.3f} s, strength {strength:.2f}, {source}</source>
        <translation>Cue {number} von {count}, {seconds:.3f} s, Stärke {strength:.2f}, {source}</translation>
    </message>
    <message>
        <source>The take missed it: no sound starts within 50 ms.</source>
        <translation>Der Take hat ihn verfehlt: Innerhalb von 50 ms beginnt kein Klang.</translation>
    </message>
    <message>
        <source>The take sounds {milliseconds:.0f} ms late.</source>
        <translation>Der Take klingt {milliseconds:.0f} ms zu spät.</translation>
    </message>
    <message>
        <source>The take sounds {milliseconds:.0f} ms early.</source>
        <translation>Der Take klingt {milliseconds:.0f} ms zu früh.</translation>
    </message>
    <message>
        <source>{count} missed by the take</source>
        <translation>{count} vom Take verfehlt</translation>
    </message>
    <message>
        <source>{count} selected</source>
        <translation>{count} gewählt</translation>
    </message>
    <message>
        <source>1 cue</source>
        <translation>1 Cue</translation>
    </message>
    <message>
        <source>{count} cues</source>
        <translation>{count} Cues</translation>
    </message>
    <message>
        <source>clear events</source>
        <translation>klare Ereignisse</translation>
    </message>
    <message>
        <source>some clear events</source>
        <translation>einige klare Ereignisse</translation>
    </message>
    <message>
        <source>few clear events: suggestions only</source>
        <translation>wenige klare Ereignisse: nur Vorschläge</translation>
    </message>
    <message>
        <source>Click: add a cue. Drag: move it by frames (Ctrl or Alt: freely), up and down for its strength.
Drag from an empty place: select. Ctrl+wheel: zoom. On the ruler: scrub.
◆ from the picture   ▼ from the guide track   ● yours   ■ performed
✕ missed by the take   → the take is early or late</source>
        <translation>Klick: Cue setzen. Ziehen: bildweise verschieben (Strg oder Alt: frei), auf und ab für die Stärke.
Aus leerer Stelle ziehen: auswählen. Strg+Rad: vergrößern. Auf dem Lineal: spulen.
◆ aus dem Bild   ▼ aus dem Leitton   ● eigene   ■ eingespielt
✕ vom Take verfehlt   → der Take ist zu früh oder zu spät</translation>
    </message>
    <message>
        <source>Cue lane</source>
        <translation>Cue-Spur</translation>
    </message>
    <message>
        <source>Cues: the moments that should sound</source>
        <translation>Cues: die Momente, die klingen sollen</translation>
    </message>
    <message>
        <source>take</source>
        <translation>Take</translation>
    </message>
    <message>
        <source>sound in the timeline</source>
        <translation>Ton der Timeline</translation>
    </message>
    <message>
        <source>gap</source>
        <translation>Lücke</translation>
    </message>
    <message>
        <source>Import cues</source>
        <translation>Cues importieren</translation>
    </message>
    <message>
        <source>Export cues</source>
        <translation>Cues exportieren</translation>
    </message>
    <message>
        <source>Cues that you set or performed stay.</source>
        <translation>Gesetzte und eingespielte Cues bleiben.</translation>
    </message>
    <message>
        <source>Undo the last change of cues</source>
        <translation>Letzte Änderung an Cues rückgängig machen</translation>
    </message>
    <message>
        <source>From picture</source>
        <translation>Aus Bild</translation>
    </message>
    <message>
        <source>Cues from the picture</source>
        <translation>Cues aus dem Bild</translation>
    </message>
    <message>
        <source>Exchange the predicted cues for all that the picture shows.</source>
        <translation>Die vorhergesagten Cues gegen alle tauschen, die das Bild zeigt.</translation>
    </message>
    <message>
        <source>From guide track</source>
        <translation>Aus Leitton</translation>
    </message>
    <message>
        <source>Cues from the guide track</source>
        <translation>Cues aus dem Leitton</translation>
    </message>
    <message>
        <source>Exchange the predicted cues for those heard in the timeline's own sound.</source>
        <translation>Die vorhergesagten Cues gegen die tauschen, die im Ton der Timeline zu hören sind.</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Remove all cues</source>
        <translation>Alle Cues entfernen</translation>
    </message>
    <message>
        <source>Import and export cues</source>
        <translation>Cues importieren und exportieren</translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation>Vergrößern (+)</translation>
    </message>
    <message>
        <source>Zoom out (-)</source>
        <translation>Verkleinern (-)</translation>
    </message>
    <message>
        <source>Show the whole range (Z)</source>
        <translation>Ganzen Bereich zeigen (Z)</translation>
    </message>
    <message>
        <source>How many cues are predicted, from few to many</source>
        <translation>Wie viele Cues vorhergesagt werden, von wenigen bis zu vielen</translation>
    </message>
    <message>
        <source>Few: only what is certain. Many: whatever may be an event.
Only predicted cues come and go; yours, performed ones and what you removed stay as they are.</source>
        <translation>Wenige: nur was sicher ist. Viele: alles, was ein Ereignis sein mag.
Nur vorhergesagte Cues kommen und gehen; eigene, eingespielte und entfernte bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Few</source>
        <translation>Wenige</translation>
    </message>
    <message>
        <source>Many</source>
        <translation>Viele</translation>
    </message>
    <message>
        <source>Cue sheets ({patterns})</source>
        <translation>Cue-Listen ({patterns})</translation>
    </message>
    <message>
        <source>Cues as JSON ({patterns})</source>
        <translation>Cues als JSON ({patterns})</translation>
    </message>
    <message>
        <source>OTIO markers ({patterns})</source>
        <translation>OTIO-Marker ({patterns})</translation>
    </message>
    <message>
        <source>Audacity labels ({patterns})</source>
        <translation>Audacity-Textmarken ({patterns})</translation>
    </message>
    <message>
        <source>Import cues…</source>
        <translation>Cues importieren …</translation>
    </message>
    <message>
        <source>Export cues…</source>
        <translation>Cues exportieren …</translation>
    </message>
    <message>
        <source>Part of the range that the cue lane shows</source>
        <translation>Teil des Bereichs, den die Cue-Spur zeigt</translation>
    </message>
    <message>
        <source>Scroll the cue lane (Shift+wheel)</source>
        <translation>Cue-Spur rollen (Umschalt+Rad)</translation>
    </message>
</context><context>
    <name>Memory</name>
    <message>
        <source>{file}, which was open last time, is no longer there: open it from its new place.</source>
        <translation>{file} war zuletzt offen und ist nicht mehr da: Vom neuen Ort aus öffnen.</translation>
    </message>
</context><context>
    <name>Mixer</name>
    <message>
        <source>Mute</source>
        <translation>Stumm schalten</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Lautstärke</translation>
    </message>
    <message>
        <source>Take</source>
        <translation>Take</translation>
    </message>
    <message>
        <source>Hear the take</source>
        <translation>Take hören</translation>
    </message>
    <message>
        <source>Level of the take</source>
        <translation>Pegel des Takes</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>Leitton</translation>
    </message>
    <message>
        <source>Level of the guide track</source>
        <translation>Pegel des Leittons</translation>
    </message>
    <message>
        <source>No audio device: nothing can be heard</source>
        <translation>Kein Audiogerät: Es ist nichts zu hören</translation>
    </message>
    <message>
        <source>Muted: press to hear again</source>
        <translation>Stumm: Drücken, um wieder zu hören</translation>
    </message>
    <message>
        <source>There is no sound in the range</source>
        <translation>Im Bereich ist kein Ton</translation>
    </message>
    <message>
        <source>The sound of the range is being read</source>
        <translation>Der Ton des Bereichs wird gelesen</translation>
    </message>
    <message>
        <source>The sound of the range cannot be read</source>
        <translation>Der Ton des Bereichs lässt sich nicht lesen</translation>
    </message>
    <message>
        <source>Hear the sound that the range has already</source>
        <translation>Den Ton hören, den der Bereich schon hat</translation>
    </message>
</context><context>
    <name>Models</name>
    <message>
        <source>Stopped. What was downloaded stays for the next time.</source>
        <translation>Angehalten. Was geladen wurde, bleibt für das nächste Mal.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>{model} is as it was installed: {count} files checked.</source>
        <translation>{model} ist, wie es installiert wurde: {count} Dateien geprüft.</translation>
    </message>
    <message>
        <source>{model} is not as it was installed ({count} bad files): download or import it again.</source>
        <translation>{model} ist nicht mehr, wie es installiert wurde ({count} fehlerhafte Dateien): Noch einmal laden oder importieren.</translation>
    </message>
    <message>
        <source>{model} is installed in {path}.</source>
        <translation>{model} ist in {path} installiert.</translation>
    </message>
    <message>
        <source>The models lie in {path} now.</source>
        <translation>Die Modelle liegen jetzt in {path}.</translation>
    </message>
    <message>
        <source>{model} is removed.</source>
        <translation>{model} ist entfernt.</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren …</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>Importieren</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>See size and licences first, then download</source>
        <translation>Erst Größe und Lizenzen sehen, dann laden</translation>
    </message>
    <message>
        <source>Install from a folder on this computer, without a network</source>
        <translation>Aus einem Ordner auf diesem Rechner installieren, ohne Netz</translation>
    </message>
    <message>
        <source>Read every file and compare it with its checksum</source>
        <translation>Jede Datei lesen und mit ihrer Prüfsumme vergleichen</translation>
    </message>
    <message>
        <source>Remove the model from the disk</source>
        <translation>Das Modell vom Datenträger entfernen</translation>
    </message>
    <message>
        <source>Delete {model}? It frees {size}, and must be downloaded again to be used.</source>
        <translation>{model} löschen? Das gibt {size} frei; zum Benutzen muss es wieder geladen werden.</translation>
    </message>
    <message>
        <source>Delete it</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>{size} will be downloaded from {host}. {room} are needed on the disk, {free} are free.</source>
        <translation>{size} werden von {host} geladen. {room} sind auf dem Datenträger nötig, {free} sind frei.</translation>
    </message>
    <message>
        <source>{action}: {model}</source>
        <translation>{action}: {model}</translation>
    </message>
    <message>
        <source>Continue download…</source>
        <translation>Laden fortsetzen …</translation>
    </message>
    <message>
        <source>Download again…</source>
        <translation>Neu laden …</translation>
    </message>
    <message>
        <source>Download…</source>
        <translation>Laden …</translation>
    </message>
    <message>
        <source>Cannot run: {reason}</source>
        <translation>Läuft hier nicht: {reason}</translation>
    </message>
    <message>
        <source>Part of FoleyCue · {size}</source>
        <translation>Teil von FoleyCue · {size}</translation>
    </message>
    <message>
        <source>Installed · {size}</source>
        <translation>Installiert · {size}</translation>
    </message>
    <message>
        <source>Not installed · {size} of a download are here</source>
        <translation>Nicht installiert · {size} sind schon geladen</translation>
    </message>
    <message>
        <source>Not installed</source>
        <translation>Nicht installiert</translation>
    </message>
    <message>
        <source>For any work, also commercial</source>
        <translation>Für jede Arbeit, auch kommerziell</translation>
    </message>
    <message>
        <source>Not for commercial work</source>
        <translation>Nicht für kommerzielle Arbeit</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Wozu</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Nutzung</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>Verlegen …</translation>
    </message>
    <message>
        <source>Move the models folder</source>
        <translation>Modellordner verlegen</translation>
    </message>
    <message>
        <source>Keep all models in another folder</source>
        <translation>Alle Modelle in einem anderen Ordner halten</translation>
    </message>
    <message>
        <source>models folder</source>
        <translation>Modellordner</translation>
    </message>
    <message>
        <source>Only what may be used commercially</source>
        <translation>Nur was kommerziell genutzt werden darf</translation>
    </message>
    <message>
        <source>Hide engines whose weights are not for commercial work, here and above Generate</source>
        <translation>Engines verbergen, deren Gewichte nicht für kommerzielle Arbeit sind, hier und über „Erzeugen“</translation>
    </message>
    <message>
        <source>Looking up what is installed…</source>
        <translation>Es wird nachgesehen, was installiert ist …</translation>
    </message>
    <message>
        <source>Engines and models</source>
        <translation>Engines und Modelle</translation>
    </message>
    <message>
        <source>Models lie in</source>
        <translation>Modelle liegen in</translation>
    </message>
    <message>
        <source>Keep the models in</source>
        <translation>Modelle halten in</translation>
    </message>
    <message>
        <source>Folder with the files of {model}</source>
        <translation>Ordner mit den Dateien von {model}</translation>
    </message>
    <message>
        <source>Progress of {model}</source>
        <translation>Fortschritt von {model}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel: {model}</source>
        <translation>Abbrechen: {model}</translation>
    </message>
    <message>
        <source>Stop; what was downloaded stays for the next time</source>
        <translation>Anhalten; was geladen wurde, bleibt für das nächste Mal</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Looking it up…</source>
        <translation>Wird nachgesehen …</translation>
    </message>
    <message>
        <source>Beginning…</source>
        <translation>Beginnt …</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Converting</source>
        <translation>Umwandeln</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Copying</source>
        <translation>Kopieren</translation>
    </message>
</context><context>
    <name>Notebook</name>
    <message>
        <source>{file} could not be read and was set aside as {aside}.</source>
        <translation>{file} war nicht zu lesen und liegt nun als {aside} beiseite.</translation>
    </message>
</context><context>
    <name>Notices</name>
    <message>
        <source>Error: {text}</source>
        <translation>Fehler: {text}</translation>
    </message>
    <message>
        <source>Warning: {text}</source>
        <translation>Warnung: {text}</translation>
    </message>
    <message>
        <source>Note: {text}</source>
        <translation>Hinweis: {text}</translation>
    </message>
    <message>
        <source>Dismiss: {text}</source>
        <translation>Schließen: {text}</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Copy what happened, for a bug report</source>
        <translation>Kopieren, was geschah, für eine Fehlermeldung</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context><context>
    <name>Page</name>
    <message>
        <source>Back to the picture</source>
        <translation>Zurück zum Bild</translation>
    </message>
    <message>
        <source>Back to the picture (Esc)</source>
        <translation>Zurück zum Bild (Esc)</translation>
    </message>
</context><context>
    <name>Panel</name>
    <message>
        <source>Open a timeline or clip</source>
        <translation>Timeline oder Clip öffnen</translation>
    </message>
    <message>
        <source>Save a copy of the timeline with the sound</source>
        <translation>Eine Kopie der Timeline mit dem Klang sichern</translation>
    </message>
    <message>
        <source>Timelines ({patterns})</source>
        <translation>Timelines ({patterns})</translation>
    </message>
    <message>
        <source>The backend cannot be reached.</source>
        <translation>Das Backend ist nicht erreichbar.</translation>
    </message>
    <message>
        <source>Reconnect</source>
        <translation>Neu verbinden</translation>
    </message>
</context><context>
    <name>Perform</name>
    <message>
        <source>Tap pad</source>
        <translation>Tippfläche</translation>
    </message>
    <message>
        <source>Click to the picture: higher is harder</source>
        <translation>Zum Bild klicken: je höher, desto stärker</translation>
    </message>
    <message>
        <source> ms</source>
        <translation> ms</translation>
    </message>
    <message>
        <source>Latency of taps in milliseconds</source>
        <translation>Verzögerung beim Tippen in Millisekunden</translation>
    </message>
    <message>
        <source>How late a tap arrives after what it answers; it is moved back by so much</source>
        <translation>Wie spät ein Tippen nach seinem Anlass ankommt; um so viel wird es zurückgesetzt</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>Measure the latency</source>
        <translation>Verzögerung messen</translation>
    </message>
    <message>
        <source>Tap along with eight clicks and flashes</source>
        <translation>Zu acht Klicks und Blitzen mittippen</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Verzögerung</translation>
    </message>
    <message>
        <source>End</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>measured, ± {spread} ms</source>
        <translation>gemessen, ± {spread} ms</translation>
    </message>
    <message>
        <source>set by hand</source>
        <translation>von Hand gesetzt</translation>
    </message>
    <message>
        <source>not measured yet</source>
        <translation>noch nicht gemessen</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Beginnen</translation>
    </message>
    <message>
        <source>Start performing</source>
        <translation>Einspielen beginnen</translation>
    </message>
    <message>
        <source>Count-in: three clicks before the picture starts</source>
        <translation>Vorzähler: drei Klicks, bevor das Bild beginnt</translation>
    </message>
    <message>
        <source>Full speed</source>
        <translation>Volles Tempo</translation>
    </message>
    <message>
        <source>Half speed, the sound slowed with the picture</source>
        <translation>Halbes Tempo, der Ton mit dem Bild verlangsamt</translation>
    </message>
    <message>
        <source>Quarter speed, the sound slowed with the picture</source>
        <translation>Viertel Tempo, der Ton mit dem Bild verlangsamt</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Dazu</translation>
    </message>
    <message>
        <source>Taps are added to the cues that are there</source>
        <translation>Getippte Cues kommen zu den vorhandenen dazu</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Taps replace the cues in the stretch that was played</source>
        <translation>Getippte Cues ersetzen die im gespielten Stück</translation>
    </message>
    <message>
        <source>Find the beat, then tap with each click: any tap key, or here</source>
        <translation>Den Takt finden, dann bei jedem Klick tippen: eine Tipptaste oder hier</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Keys A S D or J K L: soft, medium, hard.
Here: the higher, the harder.</source>
        <translation>Tasten A S D oder J K L: leise, mittel, stark.
Hier: je höher, desto stärker.</translation>
    </message>
    <message>
        <source>Tap with each click</source>
        <translation>Bei jedem Klick tippen</translation>
    </message>
    <message>
        <source>Too few taps came near the clicks: measure once more, or set the value by hand.</source>
        <translation>Zu wenige Tipper lagen nahe an den Klicks: Noch einmal messen oder den Wert von Hand setzen.</translation>
    </message>
</context><context>
    <name>Picture</name>
    <message>
        <source>FoleyCue picture</source>
        <translation>FoleyCue-Bild</translation>
    </message>
    <message>
        <source>Large picture</source>
        <translation>Großes Bild</translation>
    </message>
    <message>
        <source>Go to the start of the range</source>
        <translation>An den Anfang des Bereichs</translation>
    </message>
    <message>
        <source>Back one frame</source>
        <translation>Ein Bild zurück</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>Abspielen</translation>
    </message>
    <message>
        <source>On one frame</source>
        <translation>Ein Bild weiter</translation>
    </message>
    <message>
        <source>Play in a loop</source>
        <translation>In Schleife abspielen</translation>
    </message>
    <message>
        <source>Point at objects: draw a box; only what moves in it gives cues</source>
        <translation>Auf Objekte zeigen: einen Rahmen ziehen; nur was sich darin bewegt, gibt Cues</translation>
    </message>
    <message>
        <source>Perform: tap cues to the picture</source>
        <translation>Einspielen: Cues zum Bild tippen</translation>
    </message>
    <message>
        <source>Frame, counted from the start of the range</source>
        <translation>Bildnummer, vom Anfang des Bereichs gezählt</translation>
    </message>
    <message>
        <source>Position {timecode}</source>
        <translation>Position {timecode}</translation>
    </message>
    <message>
        <source>Frame {frame}</source>
        <translation>Bild {frame}</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Play or pause</source>
        <translation>Abspielen oder anhalten</translation>
    </message>
    <message>
        <source>Playhead in the range</source>
        <translation>Abspielmarke im Bereich</translation>
    </message>
    <message>
        <source>Drag to scrub; diamonds are keyframes of the region, the right button removes one</source>
        <translation>Ziehen zum Spulen; Rauten sind Schlüsselbilder des Ausschnitts, die rechte Taste entfernt eines</translation>
    </message>
    <message>
        <source>Frame {frame} of {frames}</source>
        <translation>Bild {frame} von {frames}</translation>
    </message>
    <message>
        <source>keyframes of the region: {count}</source>
        <translation>Schlüsselbilder des Ausschnitts: {count}</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
</context><context>
    <name>Question</name>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>No: {question}</source>
        <translation>Nein: {question}</translation>
    </message>
</context><context>
    <name>Queue</name>
    <message>
        <source>A generation from last time did not finish.</source>
        <translation>Eine Erzeugung vom letzten Mal wurde nicht fertig.</translation>
    </message>
    <message>
        <source>{count} generations from last time did not finish.</source>
        <translation>{count} Erzeugungen vom letzten Mal wurden nicht fertig.</translation>
    </message>
    <message>
        <source>Finish now</source>
        <translation>Jetzt fertigstellen</translation>
    </message>
    <message>
        <source>{engine} has not said a word for a while: it may hang.</source>
        <translation>{engine} meldet sich seit einer Weile nicht: Vielleicht hängt sie.</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>Engine neu starten</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>{timecode} · {seconds:.1f} s</source>
        <translation>{timecode} · {seconds:.1f} s</translation>
    </message>
    <message>
        <source>Earlier: {job}</source>
        <translation>Früher: {job}</translation>
    </message>
    <message>
        <source>Later: {job}</source>
        <translation>Später: {job}</translation>
    </message>
    <message>
        <source>Take out of the queue: {job}</source>
        <translation>Aus der Warteschlange nehmen: {job}</translation>
    </message>
    <message>
        <source>Drag it to another place in the queue</source>
        <translation>An eine andere Stelle der Warteschlange ziehen</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Waiting for the backend to come back</source>
        <translation>Wartet, bis das Backend wiederkommt</translation>
    </message>
    <message>
        <source>{engine} is in memory</source>
        <translation>{engine} liegt im Speicher</translation>
    </message>
    <message>
        <source>Free the GPU</source>
        <translation>GPU freigeben</translation>
    </message>
    <message>
        <source>Free the memory</source>
        <translation>Speicher freigeben</translation>
    </message>
    <message>
        <source>End the engine until it is needed again; nothing is lost</source>
        <translation>Die Engine beenden, bis sie wieder gebraucht wird; nichts geht verloren</translation>
    </message>
    <message>
        <source>1 take</source>
        <translation>1 Take</translation>
    </message>
    <message>
        <source>{count} takes</source>
        <translation>{count} Takes</translation>
    </message>
    <message>
        <source>No prompt</source>
        <translation>Ohne Prompt</translation>
    </message>
</context><context>
    <name>Range</name>
    <message>
        <source>Marked range</source>
        <translation>Markierter Bereich</translation>
    </message>
    <message>
        <source>Drag the ends to mark a range, the middle to move it</source>
        <translation>Die Enden ziehen, um einen Bereich zu markieren, die Mitte, um ihn zu verschieben</translation>
    </message>
    <message>
        <source>From {start} to {end}</source>
        <translation>Von {start} bis {end}</translation>
    </message>
    <message>
        <source>In</source>
        <translation>Ein</translation>
    </message>
    <message>
        <source>First frame of the range: a timecode, 48f or 2.5s</source>
        <translation>Erstes Bild des Bereichs: ein Timecode, 48f oder 2.5s</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>First frame after the range: a timecode, 48f or 2.5s</source>
        <translation>Erstes Bild nach dem Bereich: ein Timecode, 48f oder 2.5s</translation>
    </message>
    <message>
        <source>{seconds:.2f} s · {frames} frames</source>
        <translation>{seconds:.2f} s · {frames} Bilder</translation>
    </message>
    <message>
        <source>{name} must lie between {first} and {last}.</source>
        <translation>{name} muss zwischen {first} und {last} liegen.</translation>
    </message>
</context><context>
    <name>Region</name>
    <message>
        <source>The object {name} was removed.</source>
        <translation>Das Objekt {name} wurde entfernt.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Nothing was found: draw a box around it instead.</source>
        <translation>Nichts gefunden: stattdessen einen Rahmen darum ziehen.</translation>
    </message>
    <message>
        <source>Found: {names}. Look whether the boxes fit.</source>
        <translation>Gefunden: {names}. Bitte nachsehen, ob die Rahmen passen.</translation>
    </message>
    <message>
        <source>Region of the picture</source>
        <translation>Bildausschnitt</translation>
    </message>
    <message>
        <source>The whole picture counts in this shot</source>
        <translation>In diesem Shot zählt das ganze Bild</translation>
    </message>
    <message>
        <source>{x} % from the left, {y} % from the top, {width} % wide, {height} % high</source>
        <translation>{x} % von links, {y} % von oben, {width} % breit, {height} % hoch</translation>
    </message>
    <message>
        <source>Name of the object, which its takes and tracks get</source>
        <translation>Name des Objekts, den seine Takes und Spuren bekommen</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>What the object sounds like; empty: its name says it</source>
        <translation>Wie das Objekt klingt; leer: Sein Name sagt es</translation>
    </message>
    <message>
        <source>Remove the object</source>
        <translation>Objekt entfernen</translation>
    </message>
    <message>
        <source>What it sounds like</source>
        <translation>Wie es klingt</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Let the whole picture count</source>
        <translation>Das ganze Bild zählen lassen</translation>
    </message>
    <message>
        <source>Edit this object, show its cues</source>
        <translation>Dieses Objekt bearbeiten und seine Cues zeigen</translation>
    </message>
    <message>
        <source>Object {letter} {name}</source>
        <translation>Objekt {letter} {name}</translation>
    </message>
    <message>
        <source>Keyframe</source>
        <translation>Schlüsselbild</translation>
    </message>
    <message>
        <source>Keyframe at this frame</source>
        <translation>Schlüsselbild an dieser Stelle</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>Ganzes Bild</translation>
    </message>
    <message>
        <source>Use the whole picture in this shot</source>
        <translation>In diesem Shot das ganze Bild verwenden</translation>
    </message>
    <message>
        <source>A keyframe of the region was removed.</source>
        <translation>Ein Schlüsselbild des Ausschnitts wurde entfernt.</translation>
    </message>
    <message>
        <source>The whole picture counts again in this shot.</source>
        <translation>In diesem Shot zählt wieder das ganze Bild.</translation>
    </message>
    <message>
        <source>Remove the keyframe here</source>
        <translation>Das Schlüsselbild hier entfernen</translation>
    </message>
    <message>
        <source>Fix the region at this frame</source>
        <translation>Den Ausschnitt an dieser Stelle festhalten</translation>
    </message>
    <message>
        <source>Drag on the picture around what sounds</source>
        <translation>Auf dem Bild um das herum ziehen, was klingt</translation>
    </message>
    <message>
        <source>Move it at another frame to follow</source>
        <translation>An anderer Stelle verschieben, damit er folgt</translation>
    </message>
    <message>
        <source>{count} keyframes in this shot</source>
        <translation>{count} Schlüsselbilder in diesem Shot</translation>
    </message>
    <message>
        <source>Name of what should be found in the picture</source>
        <translation>Name dessen, was im Bild gefunden werden soll</translation>
    </message>
    <message>
        <source>Find by name: red car, dog …</source>
        <translation>Nach Namen suchen: rotes Auto, Hund …</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Looks for it in the range; a click on the picture finds what lies there</source>
        <translation>Sucht es im Bereich; ein Klick ins Bild findet, was dort liegt</translation>
    </message>
</context><context>
    <name>Settings</name>
    <message>
        <source>Theme</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>The language changes when the panel is opened again.</source>
        <translation>Die Sprache wechselt, wenn das Panel neu geöffnet wird.</translation>
    </message>
    <message>
        <source>Open the panel again</source>
        <translation>Panel neu öffnen</translation>
    </message>
    <message>
        <source>Close it and open it in the other language, with what is open now</source>
        <translation>Schließen und in der anderen Sprache öffnen, mit dem, was jetzt offen ist</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>See every command with its keys, and change them (?)</source>
        <translation>Alle Befehle mit ihren Tasten sehen und sie ändern (?)</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>Hoher Kontrast</translation>
    </message>
    <message>
        <source>After 1 minute</source>
        <translation>Nach 1 Minute</translation>
    </message>
    <message>
        <source>After {count} minutes</source>
        <translation>Nach {count} Minuten</translation>
    </message>
    <message>
        <source>Above {count} GB</source>
        <translation>Über {count} GB</translation>
    </message>
    <message>
        <source>An engine that nobody uses gives its memory back after so long</source>
        <translation>Eine unbenutzte Engine gibt ihren Speicher nach dieser Zeit zurück</translation>
    </message>
    <message>
        <source>When takes fill more, the panel asks which may go; it never removes any unasked</source>
        <translation>Füllen Takes mehr, fragt das Panel, welche gehen dürfen; ungefragt entfernt es keinen</translation>
    </message>
    <message>
        <source>Free the engine's memory</source>
        <translation>Speicher der Engine freigeben</translation>
    </message>
    <message>
        <source>Ask about old takes</source>
        <translation>Nach alten Takes fragen</translation>
    </message>
</context><context>
    <name>Shortcuts</name>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>{action}: {keys}</source>
        <translation>{action}: {keys}</translation>
    </message>
    <message>
        <source>Choose another key for “{action}”</source>
        <translation>Eine andere Taste für „{action}“ wählen</translation>
    </message>
    <message>
        <source>press a key…</source>
        <translation>Taste drücken …</translation>
    </message>
    <message>
        <source>No key for “{action}”</source>
        <translation>Keine Taste für „{action}“</translation>
    </message>
    <message>
        <source>Take it</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>Lassen</translation>
    </message>
    <message>
        <source>{key} calls “{action}”: choose another key here.</source>
        <translation>{key} ruft „{action}“: Hier ein anderes Kürzel wählen.</translation>
    </message>
    <message>
        <source>{key} is the key for “{action}” already.</source>
        <translation>{key} ist schon die Taste für „{action}“.</translation>
    </message>
    <message>
        <source>Take {key} for “{action}”</source>
        <translation>{key} für „{action}“ übernehmen</translation>
    </message>
    <message>
        <source>“{action}” loses it</source>
        <translation>„{action}“ verliert sie</translation>
    </message>
    <message>
        <source>Leave {key} where it is</source>
        <translation>{key} lassen, wo sie ist</translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation>Befehle suchen</translation>
    </message>
    <message>
        <source>Search: a word or a key</source>
        <translation>Suchen: ein Wort oder eine Taste</translation>
    </message>
    <message>
        <source>All keys as they came</source>
        <translation>Alle Tasten wie anfangs</translation>
    </message>
    <message>
        <source>Give every command its first keys back</source>
        <translation>Jedem Befehl seine ersten Tasten zurückgeben</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
</context><context>
    <name>StateBar</name>
    <message>
        <source>Looking for the backend</source>
        <translation>Backend wird gesucht</translation>
    </message>
    <message>
        <source>Starting the backend</source>
        <translation>Backend wird gestartet</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation>Verbindet neu</translation>
    </message>
    <message>
        <source>Backend unreachable</source>
        <translation>Backend nicht erreichbar</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>Nicht verbunden</translation>
    </message>
    <message>
        <source>Loading the engine</source>
        <translation>Engine wird geladen</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>Arbeitet</translation>
    </message>
    <message>
        <source>Stalled</source>
        <translation>Stockt</translation>
    </message>
    <message>
        <source>Engine restarting</source>
        <translation>Engine startet neu</translation>
    </message>
    <message>
        <source>Reconnect</source>
        <translation>Neu verbinden</translation>
    </message>
    <message>
        <source>Look for the backend again</source>
        <translation>Das Backend noch einmal suchen</translation>
    </message>
    <message>
        <source>Open a timeline or clip</source>
        <translation>Timeline oder Clip öffnen</translation>
    </message>
    <message>
        <source>Engines and models</source>
        <translation>Engines und Modelle</translation>
    </message>
    <message>
        <source>Settings and shortcuts</source>
        <translation>Einstellungen und Tastenkürzel</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>Wird geöffnet …</translation>
    </message>
    <message>
        <source>{rate} fps drop frame · starts {timecode}</source>
        <translation>{rate} B/s Drop-Frame · ab {timecode}</translation>
    </message>
    <message>
        <source>{rate} fps · starts {timecode}</source>
        <translation>{rate} B/s · ab {timecode}</translation>
    </message>
    <message>
        <source>No timeline open</source>
        <translation>Keine Timeline offen</translation>
    </message>
    <message>
        <source>Backend: {state}</source>
        <translation>Backend: {state}</translation>
    </message>
</context><context>
    <name>Takes</name>
    <message>
        <source>No prompt</source>
        <translation>Ohne Prompt</translation>
    </message>
    <message>
        <source>“{name}” was discarded.</source>
        <translation>„{name}“ wurde verworfen.</translation>
    </message>
    <message>
        <source>Your takes fill {size} MB. The {count} oldest ones without a star, and on no timeline, can go; dismiss this to keep everything.</source>
        <translation>Die Takes füllen {size} MB. Die {count} ältesten ohne Stern, die auf keiner Timeline liegen, können gehen; diese Meldung schließen, um alles zu behalten.</translation>
    </message>
    <message>
        <source>Remove them</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>{count} takes were removed.</source>
        <translation>{count} Takes wurden entfernt.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>A take for the range at {timecode} is ready.</source>
        <translation>Ein Take für den Bereich bei {timecode} ist fertig.</translation>
    </message>
    <message>
        <source>Mark that range</source>
        <translation>Diesen Bereich markieren</translation>
    </message>
    <message>
        <source>More with this take</source>
        <translation>Mehr mit diesem Take</translation>
    </message>
    <message>
        <source>No longer compare with this one</source>
        <translation>Nicht mehr mit diesem vergleichen</translation>
    </message>
    <message>
        <source>Compare with this one</source>
        <translation>Mit diesem vergleichen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Same prompt, new seed</source>
        <translation>Gleicher Prompt, neuer Seed</translation>
    </message>
    <message>
        <source>Same seed, new prompt</source>
        <translation>Gleicher Seed, neuer Prompt</translation>
    </message>
    <message>
        <source>Use its prompt</source>
        <translation>Seinen Prompt übernehmen</translation>
    </message>
    <message>
        <source>Use its cues</source>
        <translation>Seine Cues übernehmen</translation>
    </message>
    <message>
        <source>Use its seed</source>
        <translation>Seinen Seed übernehmen</translation>
    </message>
    <message>
        <source>Insert on a new track</source>
        <translation>Auf neuer Spur einfügen</translation>
    </message>
    <message>
        <source>Replace what lies there</source>
        <translation>Ersetzen, was dort liegt</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>In der Dateiverwaltung zeigen</translation>
    </message>
    <message>
        <source>Takes</source>
        <translation>Takes</translation>
    </message>
    <message>
        <source>Takes appear here as they are made.</source>
        <translation>Takes erscheinen hier, sobald sie entstehen.</translation>
    </message>
    <message>
        <source>Show the takes of earlier rounds too</source>
        <translation>Auch die Takes früherer Durchgänge zeigen</translation>
    </message>
    <message>
        <source>Show {count} earlier takes</source>
        <translation>{count} frühere Takes zeigen</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Name of the take</source>
        <translation>Name des Takes</translation>
    </message>
    <message>
        <source>Enter keeps the name, Escape does not</source>
        <translation>Die Eingabetaste behält den Namen, Escape nicht</translation>
    </message>
    <message>
        <source>Hear take {number}</source>
        <translation>Take {number} hören</translation>
    </message>
    <message>
        <source>Take the star from take {number}</source>
        <translation>Take {number} den Stern nehmen</translation>
    </message>
    <message>
        <source>Star take {number}</source>
        <translation>Take {number} mit Stern versehen</translation>
    </message>
    <message>
        <source>Insert take {number}</source>
        <translation>Take {number} einfügen</translation>
    </message>
    <message>
        <source>Discard take {number}</source>
        <translation>Take {number} verwerfen</translation>
    </message>
    <message>
        <source>More with take {number}</source>
        <translation>Mehr mit Take {number}</translation>
    </message>
    <message>
        <source>Waveform of take {number}</source>
        <translation>Wellenform von Take {number}</translation>
    </message>
    <message>
        <source>Take {number}</source>
        <translation>Take {number}</translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>gewählt</translation>
    </message>
    <message>
        <source>to compare with</source>
        <translation>zum Vergleich</translation>
    </message>
    <message>
        <source>starred</source>
        <translation>mit Stern</translation>
    </message>
    <message>
        <source>Engine and licence: {words}</source>
        <translation>Engine und Lizenz: {words}</translation>
    </message>
    <message>
        <source>Licence of the engine's weights: what the sound may be used for follows from it.</source>
        <translation>Lizenz der Gewichte der Engine: Daraus folgt, wofür der Klang benutzt werden darf.</translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>Seed {seed}</translation>
    </message>
    <message>
        <source>cues ±{error:.0f} ms</source>
        <translation>Cues ±{error:.0f} ms</translation>
    </message>
    <message>
        <source>lift {lift:+.2f}</source>
        <translation>Vorsprung {lift:+.2f}</translation>
    </message>
    <message>
        <source>no cues</source>
        <translation>keine Cues</translation>
    </message>
    <message>
        <source>stereo</source>
        <translation>Stereo</translation>
    </message>
    <message>
        <source>on the timeline</source>
        <translation>auf der Timeline</translation>
    </message>
    <message>
        <source>{loudness:.1f} LUFS</source>
        <translation>{loudness:.1f} LUFS</translation>
    </message>
    <message>
        <source>sounds like speech</source>
        <translation>klingt nach Sprache</translation>
    </message>
    <message>
        <source>sounds like music</source>
        <translation>klingt nach Musik</translation>
    </message>
    <message>
        <source>{missed} of {count} cues missed</source>
        <translation>{missed} von {count} Cues verfehlt</translation>
    </message>
    <message>
        <source>Waveform</source>
        <translation>Wellenform</translation>
    </message>
    <message>
        <source>Round {number} · {time}</source>
        <translation>Durchgang {number} · {time}</translation>
    </message>
    <message>
        <source>Round {number}</source>
        <translation>Durchgang {number}</translation>
    </message>
    <message>
        <source>Insert all {count} stems</source>
        <translation>Alle {count} Stems einfügen</translation>
    </message>
    <message>
        <source>One take of each object, each on its own new track: {names}</source>
        <translation>Ein Take von jedem Objekt, jeder auf seiner eigenen neuen Spur: {names}</translation>
    </message>
</context><context>
    <name>Welcome</name>
    <message>
        <source>Opening {name}…</source>
        <translation>{name} wird geöffnet …</translation>
    </message>
    <message>
        <source>Drop a clip here</source>
        <translation>Clip hier ablegen</translation>
    </message>
    <message>
        <source>or a timeline: OTIO, Kdenlive, MLT, FCPXML, EDL</source>
        <translation>oder eine Timeline: OTIO, Kdenlive, MLT, FCPXML, EDL</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>Öffnen …</translation>
    </message>
    <message>
        <source>Open a timeline or clip of your own (Ctrl+O)</source>
        <translation>Eigene Timeline oder eigenen Clip öffnen (Strg+O)</translation>
    </message>
    <message>
        <source>Try the demo</source>
        <translation>Demo ausprobieren</translation>
    </message>
    <message>
        <source>Open a short picture that comes with FoleyCue, and a prompt</source>
        <translation>Ein kurzes Bild öffnen, das zu FoleyCue gehört, mit einem Prompt</translation>
    </message>
    <message>
        <source>Mark a range. Cues appear where something should be heard; move, add or tap them.</source>
        <translation>Einen Bereich markieren. Cues erscheinen, wo etwas klingen soll; verschieben, ergänzen oder tippen.</translation>
    </message>
    <message>
        <source>Say what it sounds like, and generate takes.</source>
        <translation>Sagen, wie es klingt, und Takes erzeugen.</translation>
    </message>
    <message>
        <source>Hear them with the picture, and insert the best one into a copy of your timeline.</source>
        <translation>Mit dem Bild anhören und den besten in eine Kopie der Timeline einfügen.</translation>
    </message>
</context></TS>
