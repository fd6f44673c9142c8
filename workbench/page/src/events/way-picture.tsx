import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import type { WayStep } from './way'

const ICONS = { ok: IconCheck, warning: IconAlertTriangle, failed: IconX, 'not reached': IconMinus }

/** The way of an event, step by step, with the step that failed marked. */
export function WayPicture({ steps, label }: { steps: readonly WayStep[]; label: string }) {
  return (
    <ol className="way" aria-label={label}>
      {steps.map(({ name, state, text }) => {
        const Icon = ICONS[state]
        return (
          <li key={name} className={`way-step way-${state.replace(' ', '-')}`}>
            <Icon size={16} aria-hidden />
            <span>
              <b>{name}</b>
              <small>{text}</small>
            </span>
          </li>
        )
      })}
    </ol>
  )
}
