import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { Link, type LinkProps } from 'react-router'
import { Icon, type IconName } from './icons.js'

type Rank = 'main' | 'second' | 'quiet' | 'danger'
interface Look { rank?: Rank; size?: 'large' | 'small'; icon?: IconName; arrow?: boolean; wide?: boolean; children: ReactNode }

const RANKS: Record<Rank, string> = { main: 'btn-1', second: 'btn-2', quiet: 'btn-3', danger: 'btn-bad' }
const SIZES = { large: ' btn-lg', small: ' btn-sm' }

function classes({ rank = 'second', size, wide }: Omit<Look, 'children'>, more = ''): string {
  return `btn ${RANKS[rank]}${size ? SIZES[size] : ''}${wide ? ' btn-wide' : ''}${more ? ` ${more}` : ''}`
}

/**
 * A button is never disabled: it can be pressed, and says why nothing came of it. `busy` keeps a second press from
 * doing it twice.
 */
export function Button({ rank, size, icon, arrow, wide, busy, className, children, onClick, ...rest }: Look & { busy?: boolean } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...rest} aria-busy={busy || undefined} className={classes({ rank, size, wide }, className)} onClick={busy ? (event) => event.preventDefault() : onClick}>
      {icon && <Icon name={icon} />}{children}{arrow && <Icon name="arrow" />}
    </button>
  )
}

export function LinkButton({ rank, size, icon, arrow, wide, className, children, ...rest }: Look & LinkProps) {
  return <Link {...rest} className={classes({ rank, size, wide }, className)}>{icon && <Icon name={icon} />}{children}{arrow && <Icon name="arrow" />}</Link>
}
