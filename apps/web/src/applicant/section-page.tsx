export function SectionPage() { return null }
