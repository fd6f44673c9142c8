import { createTheme } from '@mantine/core'
import type { CSSVariablesResolver } from '@mantine/core'

/** The primary color has enough contrast with white, as a background and as text. */
export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  autoContrast: true,
  components: { Anchor: { defaultProps: { underline: 'always' } } },
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'
})

/** Replaces colors of Mantine whose contrast is too low for WCAG AA. */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-teal-filled-hover': '#05573e',
    '--mantine-color-anchor': '#05573e',
    '--mantine-color-teal-light-color': '#05573e',
    '--mantine-color-red-light-color': '#9c1c1c',
    '--mantine-color-orange-light-color': '#8a3400',
    '--mantine-color-yellow-light-color': '#6f4400',
    '--mantine-color-blue-light-color': '#0f4a85',
    '--mantine-color-gray-light-color': '#343a40'
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-3)',
    '--mantine-color-teal-filled-hover': '#05573e',
    '--mantine-color-anchor': 'var(--mantine-color-teal-4)',
    '--mantine-color-teal-light-color': 'var(--mantine-color-teal-2)',
    '--mantine-color-red-light-color': 'var(--mantine-color-red-2)',
    '--mantine-color-red-text': 'var(--mantine-color-red-3)',
    '--mantine-color-orange-light-color': 'var(--mantine-color-orange-2)',
    '--mantine-color-yellow-light-color': 'var(--mantine-color-yellow-2)',
    '--mantine-color-blue-light-color': 'var(--mantine-color-blue-2)',
    '--mantine-color-gray-light-color': 'var(--mantine-color-gray-3)'
  }
})
