import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import {
  bracketMatching,
  defaultHighlightStyle,
  foldGutter,
  HighlightStyle,
  syntaxHighlighting
} from '@codemirror/language'
import { linter, lintGutter } from '@codemirror/lint'
import { Compartment, EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { useComputedColorScheme } from '@mantine/core'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'
import { nonce } from '../nonce'

interface JsonEditorProps {
  value: string
  onChange: (text: string) => void
  /** For screen readers */
  label: string
  /** Returns the problems of the text, with their positions */
  check: (text: string) => { from: number; to: number; message: string }[]
  /** Ctrl-Enter, or Command-Enter */
  onSubmit?: () => void
}

const darkStyle = HighlightStyle.define([
  { tag: tags.propertyName, color: '#8ab4f8' },
  { tag: tags.string, color: '#9ed67a' },
  { tag: [tags.number, tags.bool, tags.null], color: '#f5b562' }
])

const darkTheme = EditorView.theme(
  {
    '&': { backgroundColor: '#1f1f1f', color: '#e6e6e6' },
    '.cm-gutters': { backgroundColor: '#262626', color: '#a6a6a6', border: 'none' },
    '.cm-activeLine': { backgroundColor: '#2e2e2e80' },
    '.cm-cursor': { borderLeftColor: '#fff' }
  },
  { dark: true }
)

/** An editor for JSON, with line numbers and inline errors. */
export default function JsonEditor({ value, onChange, label, check, onSubmit }: JsonEditorProps) {
  const frame = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const scheme = useRef(new Compartment())
  const calls = useRef({ onChange, onSubmit })
  const isDark = useComputedColorScheme('light') === 'dark'
  useEffect(() => {
    calls.current = { onChange, onSubmit }
  })

  useEffect(() => {
    if (!frame.current) {
      return undefined
    }
    const editor = new EditorView({
      parent: frame.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          lineNumbers(),
          foldGutter(),
          history(),
          drawSelection(),
          bracketMatching(),
          highlightActiveLine(),
          json(),
          lintGutter(),
          linter(({ state }) =>
            check(state.doc.toString()).map((problem) => ({ ...problem, severity: 'error' as const }))
          ),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) {
              calls.current.onChange(update.state.doc.toString())
            }
          }),
          // Tab leaves the editor, so that it is no trap for the keyboard. Mod-] and Mod-[ indent.
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                calls.current.onSubmit?.()
                return true
              }
            },
            ...defaultKeymap,
            ...historyKeymap
          ]),
          scheme.current.of([])
        ]
      })
    })
    view.current = editor
    return () => editor.destroy()
    // The editor stores its text itself. The effect below passes a new value to it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])

  useEffect(() => {
    const style = isDark ? darkStyle : defaultHighlightStyle
    view.current?.dispatch({
      effects: scheme.current.reconfigure([...(isDark ? [darkTheme] : []), syntaxHighlighting(style)])
    })
  }, [isDark])

  useEffect(() => {
    const editor = view.current
    if (editor && editor.state.doc.toString() !== value) {
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
    }
  }, [value])

  return <div ref={frame} style={{ height: '100%' }} />
}
