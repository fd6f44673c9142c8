import { defineConfig } from 'vite'

/** The page is one bundle that the workbench's server serves; nothing in it comes from elsewhere. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/workbench/page',
    emptyOutDir: true,
    target: 'es2022',
    // Files in the HTML as data: URLs would need more of the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    // The licences of all bundled packages. The page links to it.
    license: { fileName: 'licenses.txt' }
  }
})
