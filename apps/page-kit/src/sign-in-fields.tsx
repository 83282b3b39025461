import { PasswordInput, TextInput } from "@mantine/core";

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** The address one signs in with. */
export function EmailField({ value, onChange }: FieldProps) {
  return (
    <TextInput
      label="E-mail"
      type="email"
      autoComplete="username"
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function PasswordField({ value, onChange }: FieldProps) {
  return (
    <PasswordInput
      label="Password"
      autoComplete="current-password"
      required
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Length is all that is asked of a new password; password managers know the field. */
export function NewPasswordField({ value, onChange }: FieldProps) {
  return (
    <PasswordInput
      label="New password"
      description="At least 12 characters."
      autoComplete="new-password"
      required
      minLength={12}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** What the authenticator shows; phones and password managers offer it by themselves. */
export function CodeField({
  value,
  onChange,
  label = "Six-digit code",
  ...more
}: FieldProps & {
  readonly label?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly autoFocus?: boolean;
}) {
  return (
    <TextInput
      label={label}
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={12}
      value={value}
      // Authenticators show "123 456", and people type what they see.
      onChange={(event) => onChange(event.currentTarget.value.replaceAll(/\s/g, ""))}
      {...more}
    />
  );
}
