import { language, LANGUAGES, speak, tr } from "@/words";
import type { Language } from "@/words";
import { Icon } from "./Icon";

/** Which language the pages speak; each stands there by the name it gives itself. */
export function LanguagePicker() {
  return (
    <label className="speaks">
      <Icon name="translate" />
      <select className="btn sm select" aria-label={tr("Language")} value={language} onChange={(event) => speak(event.target.value as Language)}>
        {Object.entries(LANGUAGES).map(([name, title]) => (
          <option key={name} value={name} lang={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
