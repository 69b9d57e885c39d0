export { registerNotices, type NoticesOptions } from './register-notices.js'
export { NoticeTemplates, type Lang, type Rendered, type TemplateContext } from './templates.js'
export { Link } from './markdown.js'
export { NOTICES_ENTITIES } from './entities/index.js'
