// Renders /api/openapi.json as a readable page. Text is only ever set as text, never as HTML.
(async () => {
  const main = document.getElementById('main')
  const contents = document.getElementById('contents')
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
    node.append(...children)
    return node
  }
  let api, errors
  try {
    const answers = await Promise.all(['/api/openapi.json', '/api/errors.json'].map((url) => fetch(url)))
    ;[api, errors] = await Promise.all(answers.map((a) => a.json()))
  } catch {
    document.getElementById('state').textContent = 'The description could not be loaded. Reload the page to try again.'
    return
  }
  document.getElementById('state').remove()
  main.append(
    el('p', {}, api.info.description),
    el('p', { class: 'quiet' }, `Version ${api.info.version}. `, el('a', { href: '/api/openapi.json' }, 'OpenAPI 3.1')),
  )

  const schemas = api.components?.schemas ?? {}
  const resolve = (s) => (s?.$ref ? schemas[s.$ref.split('/').pop()] : s)
  const kind = (s) => {
    if (!s) return 'any'
    if (s.$ref) return s.$ref.split('/').pop()
    const types = [].concat(s.type ?? 'any').filter((t) => t !== 'null')
    if (types[0] === 'array') return kind(s.items) + '[]'
    return types.join(' or ') + (s.enum ? ': ' + s.enum.filter((v) => v !== null && v !== '').join(', ') : '')
  }
  const fields = (schema) => {
    const s = resolve(schema)
    if (!s?.properties) return el('p', {}, el('code', {}, kind(schema)))
    const table = el('table', {}, el('tr', {}, el('th', {}, 'Name'), el('th', {}, 'Type'), el('th', {}, 'Meaning')))
    for (const [name, property] of Object.entries(s.properties)) {
      const needed = s.required?.includes(name) ? '' : ' (optional)'
      table.append(el('tr', {}, el('td', {}, el('code', {}, name)), el('td', {}, kind(property) + needed), el('td', {}, property.description ?? '')))
    }
    return table
  }

  const byTag = new Map()
  for (const [path, methods] of Object.entries(api.paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (!operation?.responses) continue
      const tag = operation.tags?.[0] ?? 'other'
      byTag.set(tag, [...(byTag.get(tag) ?? []), { path, method, operation }])
    }
  const section = (id, title) => {
    contents.append(el('a', { href: '#' + id }, title))
    main.append(el('h2', { id }, title))
  }
  for (const [tag, operations] of byTag) {
    section(tag, tag)
    for (const { path, method, operation } of operations) {
      const body = el('div', {}, el('p', { class: 'quiet' }, operation.description ?? ''))
      if (operation.parameters?.length) {
        const table = el('table', {}, el('tr', {}, el('th', {}, 'Parameter'), el('th', {}, 'In'), el('th', {}, 'Type'), el('th', {}, 'Meaning')))
        for (const p of operation.parameters)
          table.append(el('tr', {}, el('td', {}, el('code', {}, p.name)), el('td', {}, p.in), el('td', {}, kind(p.schema)), el('td', {}, p.description ?? '')))
        body.append(table)
      }
      const request = operation.requestBody?.content?.['application/json']?.schema
      if (request) body.append(el('h3', {}, 'Body'), fields(request))
      for (const [status, response] of Object.entries(operation.responses)) {
        const schema = response.content?.['application/json']?.schema
        if (schema && status !== 'default') body.append(el('h3', {}, 'Answer ' + status), fields(schema))
      }
      main.append(
        el('details', { id: operation.operationId }, el('summary', {}, el('span', { class: 'method' }, method.toUpperCase()), el('code', {}, path), ' ' + (operation.summary ?? '')), body),
      )
    }
  }

  section('schemas', 'Schemas')
  for (const [name, schema] of Object.entries(schemas))
    main.append(el('details', { id: 'schema-' + name }, el('summary', {}, el('code', {}, name)), el('div', {}, fields(schema))))

  section('errors', 'Errors')
  const codes = el('table', {}, el('tr', {}, el('th', {}, 'Code'), el('th', {}, 'Status')))
  for (const e of errors.codes) codes.append(el('tr', { id: 'error-' + e.code }, el('td', {}, el('code', {}, e.code)), el('td', {}, String(e.status))))
  const delivery = el('table', {}, el('tr', {}, el('th', {}, 'Delivery code'), el('th', {}, 'For agents'), el('th', {}, 'For administrators')))
  for (const e of errors.delivery_codes)
    delivery.append(el('tr', { id: 'delivery-' + e.code }, el('td', {}, el('code', {}, e.code)), el('td', {}, e.text), el('td', {}, e.admin)))
  main.append(codes, el('h3', {}, 'Delivery errors'), delivery)
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView()
})()
